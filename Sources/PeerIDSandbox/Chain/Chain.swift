internal import PeerID

/// A chain in memory: blocks at regular times, balances, objects, and the history of operations.
struct Chain {
  /// Why the node refuses a whole transaction.
  struct Refusal: Error {
    let message: String
  }

  private static let firstBlock: Int64 = 1_000_000
  private static let blockSeconds: Int64 = 3
  /// The number of blocks after the last irreversible block.
  private static let reversibleBlocks: Int64 = 10
  private static let historyLimit = 10_000

  /// The last operations, including the server's own, oldest first.
  private(set) var history = Ring<ExecutedOperation>(capacity: historyLimit)
  /// The last transactions, oldest first.
  private(set) var transactions = Ring<ExecutedTransaction>(capacity: historyLimit)
  /// The transactions in the pool, which are in no block yet.
  private(set) var pool: [PooledTransaction] = []
  /// How many transactions and operations were executed for applications.
  private(set) var transactionCount = 0
  private(set) var operationCount = 0
  private(set) var ledger: Ledger
  private(set) var objects: ChainObjects
  /// The number of the newest block.
  private(set) var headBlock = firstBlock
  /// The ids of all transactions in blocks.
  private var knownIDs: Set<String> = []
  private let startSeconds: Int64
  private var historyCount = 0
  private var builtCount = 0
  private var lastBlock: Int64 = 0
  private var transactionsInBlock = 0

  init(_ fixture: Fixture, now: Int64) {
    startSeconds = now / 1_000
    ledger = Ledger(fixture.chain?.balances ?? [])
    objects = ChainObjects(fixture)
  }

  /// When the newest block was made, in seconds since 1970.
  var headTime: Int64 { startSeconds + (headBlock - Self.firstBlock) * Self.blockSeconds }

  var lastIrreversibleBlock: Int64 { headBlock - Self.reversibleBlocks }

  /// Makes the blocks that are due at `now`, in milliseconds since 1970, and includes or drops the transactions in the
  /// pool.
  mutating func advance(to now: Int64, applyingRules: Bool) {
    headBlock = max(headBlock, Self.firstBlock + (now / 1_000 - startSeconds) / Self.blockSeconds)
    guard !pool.isEmpty else { return }
    let waiting = pool
    pool = []
    for entry in waiting {
      if let due = entry.includedAt, due <= now, due / 1_000 <= entry.transaction.expiration {
        _ = try? push(entry.transaction, entry.origin, applyingRules: applyingRules)
      } else if headTime <= entry.transaction.expiration {
        pool.append(entry)
      }
    }
  }

  /// A transaction with these operations, built and signed like the server's.
  mutating func build(_ operations: [ChainOperation], now: Int64) -> Transaction {
    builtCount += 1
    return Transaction(
      referenceBlock: headBlock & 0xFFFF,
      referencePrefix: headBlock &* 2_654_435_761 & 0xFFFF_FFFF,
      expiration: max(headTime, now / 1_000) + 15,
      operations: operations,
      signatures: ["1f" + Identifiers.hex(128)],
      salt: builtCount
    )
  }

  /// Puts a transaction into the pool, until `includedAt` or until it expires.
  mutating func hold(_ transaction: Transaction, _ origin: Origin, includedAt: Int64?) {
    pool.append(PooledTransaction(transaction: transaction, origin: origin, includedAt: includedAt))
  }

  /// Executes a transaction and returns its confirmation.
  mutating func push(
    _ transaction: Transaction,
    _ origin: Origin,
    applyingRules: Bool
  ) throws(Refusal) -> JSONLiteral {
    if applyingRules {
      try check(transaction)
      try ledger.charge(transaction.operations)
    }
    var results: [JSONLiteral] = []
    for operation in transaction.operations {
      let (result, made) = objects.apply(operation)
      if applyingRules { ledger.settle(operation, made: made) }
      results.append(result)
    }
    transactionsInBlock = headBlock == lastBlock ? transactionsInBlock + 1 : 0
    lastBlock = headBlock
    if origin.isApplication { transactionCount += 1 }
    for (index, operation) in transaction.operations.enumerated() {
      historyCount += 1
      if origin.isApplication { operationCount += 1 }
      history.append(
        ExecutedOperation(
          number: historyCount,
          transactionID: transaction.id,
          block: headBlock,
          transactionInBlock: transactionsInBlock,
          operationInTransaction: index,
          origin: origin,
          operation: operation,
          result: results[index]
        )
      )
    }
    knownIDs.insert(transaction.id)
    transactions.append(
      ExecutedTransaction(
        id: transaction.id,
        block: headBlock,
        numberInBlock: transactionsInBlock,
        expiration: transaction.expiration,
        literal: .object(transaction.members + [("operation_results", .array(results))])
      )
    )
    return [
      "id": .string(transaction.id),
      "block_num": .integer(headBlock),
      "trx_num": .integer(Int64(transactionsInBlock)),
      "trx": .object(transaction.members + [("operation_results", .array(results))]),
    ]
  }

  /// The node's checks before it executes anything.
  private func check(_ transaction: Transaction) throws(Refusal) {
    for operation in transaction.operations {
      guard let rule = ChainRule.all[operation.name] else { continue }
      if let violation = rule.violation(of: operation.document.root, now: headTime) {
        throw Refusal(message: ChainMessage.assertion(violation))
      }
      // For rules that consist of several comparisons in the node's source, the message is the library's.
      if let request = operation.request,
        let violation = Operations.violation(of: request, at: headTime)
      {
        throw Refusal(message: ChainMessage.assertion("op: \(violation)"))
      }
    }
    if knownIDs.contains(transaction.id) || pool.contains(where: { $0.transaction.id == transaction.id }) {
      let index = "trx_idx.indices().get<by_trx_id>()"
      throw Refusal(
        message: ChainMessage.assertion(
          "(skip & skip_transaction_dupe_check) || \(index).find(trx_id) == \(index).end(): "
        )
      )
    }
    for operation in transaction.operations {
      if let missing = objects.missingReference(of: operation.document.root) {
        throw Refusal(message: ChainMessage.assertion("obj != nullptr: Unable to find Object \(missing)"))
      }
    }
    guard headTime <= transaction.expiration else {
      throw Refusal(message: ChainMessage.assertion("now <= trx.expiration: "))
    }
  }
}
