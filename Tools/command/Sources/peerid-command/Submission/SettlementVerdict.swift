import PeerID

/// What the chain shows of a transaction with an unknown outcome, compared with the others of its file. A pure
/// decision.
enum SettlementVerdict: Equatable {
  case done(ChainPlace)
  case notDone
  /// It may still be done: ask again after so many milliseconds.
  case notYet(Int64)
  /// These transactions are equal, so a person has to decide which one it is.
  case undecided([ChainPlace])

  /// - Parameters:
  ///   - state: what the library found.
  ///   - found: the transactions on the chain that are equal to the one that was sent, or may be.
  ///   - retry: when to ask again, in milliseconds.
  ///   - taken: those that other transactions of the file are known to be.
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
