/// Counts the asynchronous calls of a client that have not ended, so that there are not too many.
final class CallQuota: @unchecked Sendable {
  private let limit: Int
  private let lock = Lock()
  // A child has none of the parent's calls.
  private var count = ForkLocal(0) { $0 = 0 }

  /// - Parameter limit: how many calls there may be at a time.
  init(limit: Int) {
    self.limit = limit
  }

  /// Counts a call that is about to begin.
  ///
  /// - Throws: `queueFull` when there are too many already.
  func enter() throws(PeerIDError) {
    let isTaken = lock.withLock {
      guard count.current < limit else { return false }
      count.current += 1
      return true
    }
    guard isTaken else {
      throw PeerIDError(
        .queueFull,
        .notSent,
        "\(limit) calls are in flight (option max_in_flight): begin more when some have ended",
        isRetryable: true
      )
    }
  }

  /// How many calls there are.
  var inFlight: Int { lock.withLock { count.current } }

  /// Forgets calls that have ended, or did not begin after all. All of them have begun in this process.
  func leave(_ ended: Int = 1) {
    lock.withLock { count.current -= ended }
  }
}
