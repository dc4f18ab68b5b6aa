internal import PeerID

/// Blocks, transactions and account histories, which show whether an operation was done.
extension SandboxState {
  private static let longestHistory = 100

  func historyAnswer(_ call: ChainCall) -> JSONLiteral? {
    switch call.method {
    case "get_account_history": accountHistory(call, stop: 1, limit: 2, start: 3)
    case "get_account_history_operations":
      accountHistory(call, stop: 3, limit: 4, start: 2) { Int64($0.operation.id) == call.number(1) }
    case "get_relative_account_history": relativeHistory(call)
    default: nil
    }
  }

  /// The operations that concern an account, the newest first. `stop`, `limit` and `start` are indexes of parameters:
  /// the history begins after the operation at `stop` and ends at the operation at `start` (0: the newest).
  private func accountHistory(
    _ call: ChainCall,
    stop: Int,
    limit: Int,
    start: Int,
    where isWanted: (ExecutedOperation) -> Bool = { _ in true }
  ) -> JSONLiteral {
    let account = accountID(call.text(0))
    let (oldest, newest) = (call.instance(stop), call.instance(start))
    let count = Int(max(0, min(call.number(limit) ?? 0, Int64(Self.longestHistory))))
    var found: [JSONLiteral] = []
    for entry in chain.history.elements.reversed() {
      if entry.number <= oldest || found.count == count { break }
      let isRecent = newest == 0 || entry.number <= newest
      if isRecent, entry.concerns(account), isWanted(entry) { found.append(historyLiteral(entry)) }
    }
    return .array(found)
  }

  /// The operations that concern an account, selected by their positions in the account's history, from 1. Both the
  /// first and the last position are included; a last position of 0 means the newest.
  private func relativeHistory(_ call: ChainCall) -> JSONLiteral {
    let account = accountID(call.text(0))
    let all = chain.history.elements.filter { $0.concerns(account) }
    let stop = Int(max(call.number(1) ?? 0, 1))
    let count = Int(max(0, min(call.number(2) ?? 0, Int64(Self.longestHistory))))
    let given = Int(call.number(3) ?? 0)
    let start = given == 0 ? all.count : min(given, all.count)
    guard stop <= start else { return [] }
    return .array(all[(stop - 1)..<start].reversed().prefix(count).map(historyLiteral))
  }

  func historyObject(_ id: String) -> JSONLiteral? {
    guard id.hasPrefix("1.11.") else { return nil }
    let number = ChainObjects.instance(id)
    return chain.history.elements.first { $0.number == number }.map(historyLiteral)
  }

  private func historyLiteral(_ entry: ExecutedOperation) -> JSONLiteral {
    [
      "id": .string("1.11.\(entry.number)"),
      "op": entry.operation.literal,
      "result": entry.result,
      "block_num": .integer(entry.block),
      "trx_in_block": .integer(Int64(entry.transactionInBlock)),
      "op_in_trx": .integer(Int64(entry.operationInTransaction)),
      "virtual_op": 0,
    ]
  }

  func blockAnswer(_ call: ChainCall) -> JSONLiteral? {
    switch call.method {
    case "get_block", "get_block2": call.number(0).map { block($0, withIDs: call.method == "get_block2") } ?? .null
    case "get_block_header": call.number(0).map { block($0, withIDs: false, isHeader: true) } ?? .null
    case "get_blocks": blocks(call)
    case "get_transaction":
      transactions(in: call.number(0) ?? -1).first { Int64($0.numberInBlock) == call.number(1) }?.literal ?? .null
    case "get_recent_transaction_by_id": recentTransaction(call.text(0))
    default: nil
    }
  }

  private func transactions(in block: Int64) -> [ExecutedTransaction] {
    chain.transactions.elements.filter { $0.block == block }
  }

  private func blocks(_ call: ChainCall) -> JSONLiteral {
    let first = call.number(0) ?? 0
    let last = min(call.number(1) ?? 0, first + Int64(Self.longestHistory))
    guard first <= last else { return [] }
    return .array((first...last).map { block($0, withIDs: false) })
  }

  private func block(_ number: Int64, withIDs: Bool, isHeader: Bool = false) -> JSONLiteral {
    guard number > 0, number <= chain.headBlock else { return .null }
    let blockTransactions = transactions(in: number)
    var members: [(String, JSONLiteral)] = [
      ("previous", .string(blockID(number - 1))),
      ("timestamp", .string(TimeText.chain(seconds: chain.headTime - (chain.headBlock - number) * 3))),
      ("witness", "1.6.1"),
      ("transaction_merkle_root", .string(String(repeating: "0", count: 40))),
      ("extensions", []),
    ]
    if isHeader { return .object(members) }
    members.append(
      ("witness_signature", .string("1f" + SHA256.hexDigest("\(number)") + SHA256.hexDigest("-\(number)")))
    )
    members.append(("transactions", .array(blockTransactions.map(\.literal))))
    if withIDs {
      members.append(("block_id", .string(blockID(number))))
      members.append(("signing_key", "PPY1111111111111111111111111111111114T1Anm"))
      members.append(("transaction_ids", .array(blockTransactions.map { .string($0.id) })))
    }
    return .object(members)
  }

  /// A transaction that has not expired, in a block or in the pool.
  private func recentTransaction(_ id: String) -> JSONLiteral {
    if let waiting = chain.pool.first(where: { $0.transaction.id == id }) {
      return .object(waiting.transaction.members)
    }
    let done = chain.transactions.elements.last { $0.id == id && $0.expiration >= chain.headTime }
    return done?.literal ?? .null
  }
}

extension ExecutedOperation {
  /// Whether a field of the operation contains the account, or all operations of this kind are paid by the account.
  func concerns(_ account: String) -> Bool {
    Self.names(account, operation.fields)
      || OperationCatalogue.standard.operation(id: operation.id)?.payer == account
  }

  private static func names(_ account: String, _ literal: JSONLiteral) -> Bool {
    switch literal {
    case .string(let text): text == account
    case .object(let members): members.contains { names(account, $0.1) }
    case .array(let elements): elements.contains { names(account, $0) }
    case .value(let value):
      value.string == account || value.members.contains { names(account, .value($0.value)) }
        || value.elements.contains { names(account, .value($0)) }
    default: false
    }
  }
}
