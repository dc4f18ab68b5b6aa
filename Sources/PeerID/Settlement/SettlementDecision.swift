/// Decides whether operations were done, from data that was read from the chain. Does no I/O.
struct SettlementDecision {
  /// The longest time, in seconds, from signing to expiration. The server sets the expiration to 15 seconds after its
  /// own time or the head block's, or 30 seconds later than that if the head block is old.
  static let longestLife: Int64 = 45
  /// How long the server may wait for its node before it signs, in seconds.
  static let longestWaitBeforeSigning: Int64 = 120

  /// A transaction in a block that may be the one that was sent.
  struct Candidate {
    let verdict: OperationComparison.Verdict
    let block: Int64
    let number: Int64
    let id: String?
  }

  /// The latest time of a block that can contain the transaction, in seconds since 1970.
  let deadline: Int64
  /// The number of the last block that cannot be undone, and its time in seconds since 1970.
  let irreversibleBlock: Int64
  let irreversibleTime: Int64

  init(_ mark: Mark, irreversibleBlock: Int64, irreversibleTime: Int64) {
    deadline = mark.expiration ?? (mark.sentBy + Self.longestLife + Self.longestWaitBeforeSigning)
    self.irreversibleBlock = irreversibleBlock
    self.irreversibleTime = irreversibleTime
  }

  /// Decides from the candidates: all transactions of the payer since the mark that may be the one that was sent.
  func settlement(_ candidates: [Candidate]) -> Settlement {
    var order = candidates.indices.filter { candidates[$0].verdict == .same }
    order.sort { (candidates[$0].block, candidates[$0].number) < (candidates[$1].block, candidates[$1].number) }
    let same = order.map { candidates[$0] }
    if let first = same.first {
      let isIrreversible = first.block <= irreversibleBlock
      return Settlement(state: .done, isIrreversible: isIrreversible, same, retryAfterMilliseconds: 0)
    }
    let unsure = candidates.filter { $0.verdict == .unsure }
    let isOver = irreversibleTime > deadline
    let wait = min(max(deadline - irreversibleTime, 1), 15) * 1000
    let state: Settlement.State = !isOver ? .notYet : unsure.isEmpty ? .notDone : .undecided
    return Settlement(state: state, isIrreversible: isOver, unsure, retryAfterMilliseconds: isOver ? 0 : wait)
  }
}

extension Settlement {
  fileprivate init(
    state: State,
    isIrreversible: Bool,
    _ candidates: [SettlementDecision.Candidate],
    retryAfterMilliseconds: Int64
  ) {
    self.state = state
    self.isIrreversible = isIrreversible
    transactions = candidates.map { Transaction(id: $0.id, blockNumber: $0.block, number: $0.number) }
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }
}
