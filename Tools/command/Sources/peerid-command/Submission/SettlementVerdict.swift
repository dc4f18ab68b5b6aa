import PeerID

/// The result of settling a transaction, given the other transactions of its file. A pure decision.
enum SettlementVerdict: Equatable {
  case done(ChainPlace)
  case notDone
  /// The transaction may still be executed. Check again after this time, in milliseconds.
  case notYet(Int64)
  /// These transactions are equal, so the user must decide which one it is.
  case undecided([ChainPlace])

  /// - Parameters:
  ///   - state: the library's result.
  ///   - found: the transactions on the chain that equal, or may equal, the one that was sent.
  ///   - retry: the delay before the next check, in milliseconds.
  ///   - taken: the transactions on the chain that were matched to other transactions of the file.
  init(_ state: Settlement.State, found: [ChainPlace], retry: Int64, taken: [ChainPlace]) {
    let free = found.filter { place in !taken.contains { $0.isSame(as: place) } }
    self =
      switch state {
      case .notDone: .notDone
      case .notYet: .notYet(retry)
      case .done where free.count == 1: .done(free[0])
      default: .undecided(free.isEmpty ? found : free)
      }
  }

  init(_ settlement: Settlement, taken: [ChainPlace]) {
    let found = settlement.transactions.map {
      ChainPlace(transactionID: $0.id, block: $0.blockNumber, number: $0.number)
    }
    self.init(settlement.state, found: found, retry: settlement.retryAfterMilliseconds, taken: taken)
  }
}
