internal import PeerID

/// An operation as it goes into a transaction.
struct ChainOperation: Sendable {
  let id: Int32
  let name: String
  let fields: JSONLiteral

  /// `[id, {…}]`.
  var literal: JSONLiteral { [.integer(Int64(id)), fields] }
}

/// One operation that the chain has executed.
struct ExecutedOperation: Sendable {
  let number: Int
  let transactionID: String
  let block: Int64
  let userID: Int
  let clientID: Int
  /// The request that brought it, as the log numbers it.
  let requestSequence: UInt64
  let operation: ChainOperation
}

/// A chain of which only the answers exist.
struct Chain {
  /// The chain's refusal of a whole transaction, as the server hands it on.
  struct Refusal: Error {
    let message: String
  }

  private static let firstBlock: Int64 = 1_000_000
  private static let secondsPerBlock: Int64 = 3
  private static let executedLimit = 10_000

  /// How many transactions have been executed.
  private(set) var transactionCount = 0
  /// How many operations have been executed.
  private(set) var operationCount = 0
  /// The last 10,000 of them.
  private(set) var executed = Ring<ExecutedOperation>(capacity: executedLimit)
  private var instances: [String: Int64] = [:]
  private let start = Clock.realtimeMicroseconds()
  private var lastBlock: Int64 = 0
  private var transactionsInBlock: Int64 = 0

  /// The number of the newest block.
  var headBlock: Int64 {
    Self.firstBlock + (Clock.realtimeMicroseconds() - start) / (Self.secondsPerBlock * 1_000_000)
  }

  /// Executes one transaction and answers with its confirmation.
  mutating func execute(
    _ operations: [ChainOperation],
    userID: Int,
    clientID: Int,
    now: Int64,
    requestSequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    for operation in operations {
      if let message = objection(operation) { throw Refusal(message: message) }
    }
    let id = RandomText.hex(40)
    let block = headBlock
    transactionsInBlock = block == lastBlock ? transactionsInBlock + 1 : 0
    lastBlock = block
    transactionCount += 1
    for operation in operations {
      operationCount += 1
      executed.append(
        ExecutedOperation(
          number: operationCount,
          transactionID: id,
          block: block,
          userID: userID,
          clientID: clientID,
          requestSequence: requestSequence,
          operation: operation
        )
      )
    }
    return [
      "id": .string(id),
      "block_num": .integer(block),
      "trx_num": .integer(transactionsInBlock),
      "trx": .object(
        Self.transaction(operations, block: block, now: now)
          + [("operation_results", .array(operations.map { result(of: $0) }))]
      ),
    ]
  }

  /// A signed transaction around these operations.
  static func transaction(_ operations: [ChainOperation], block: Int64, now: Int64) -> [(String, JSONLiteral)] {
    [
      ("ref_block_num", .integer(block & 0xFFFF)),
      ("ref_block_prefix", .integer(block &* 2_654_435_761 & 0xFFFF_FFFF)),
      ("expiration", .string(TimeText.chain(seconds: now / 1_000 + 30))),
      ("operations", .array(operations.map(\.literal))),
      ("extensions", []),
      ("signatures", [.string("1f" + RandomText.hex(128))]),
    ]
  }

  private mutating func result(of operation: ChainOperation) -> JSONLiteral {
    if operation.name == "limit_order_cancel" { return [2, ["amount": 0, "asset_id": "1.3.0"]] }
    guard let space = Self.createdSpaces[operation.name] else { return [0, [:]] }
    let instance = instances[space, default: 1_000]
    instances[space] = instance + 1
    return [1, .string("\(space).\(instance)")]
  }

  /// What the chain itself holds against an operation that the server's schema lets through.
  private func objection(_ operation: ChainOperation) -> String? {
    guard operation.name == "transfer", case .object(let fields) = operation.fields,
      case .object(let asset)? = fields.first(where: { $0.0 == "amount" })?.1,
      let amount = asset.first(where: { $0.0 == "amount" })?.1, !Self.isPositive(amount)
    else { return nil }
    return ChainMessage.assertion("amount.amount > 0", place: "transfer.cpp:44 validate", operation: operation)
  }

  /// Whether an echoed integer is above zero; those of more than 32 bits are text.
  private static func isPositive(_ amount: JSONLiteral) -> Bool {
    switch amount {
    case .integer(let number): number > 0
    case .string(let text): !text.hasPrefix("-")
    default: true
    }
  }

  /// The spaces in which operations make objects.
  private static let createdSpaces = [
    "limit_order_create": "1.7", "account_create": "1.2", "asset_create": "1.3", "witness_create": "1.6",
    "proposal_create": "1.10", "withdraw_permission_create": "1.12", "committee_member_create": "1.5",
    "vesting_balance_create": "1.13", "worker_create": "1.14", "tournament_create": "1.16", "sport_create": "1.20",
    "event_group_create": "1.21", "event_create": "1.22", "betting_market_rules_create": "1.23",
    "betting_market_group_create": "1.24", "betting_market_create": "1.25", "bet_place": "1.26",
    "lottery_asset_create": "1.3", "custom_permission_create": "1.27", "custom_account_authority_create": "1.28",
    "offer": "1.29", "nft_metadata_create": "1.30", "nft_mint": "1.31", "account_role_create": "1.32",
    "son_create": "1.33", "son_wallet_deposit_create": "1.36", "son_wallet_withdraw_create": "1.37",
    "sidechain_address_add": "1.38",
  ]
}
