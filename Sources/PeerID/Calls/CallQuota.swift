/// Limits the number of a client's asynchronous calls in flight.
final class CallQuota: @unchecked Sendable {
  private let limit: Int
  private let lock = Lock()
  // The calls of the parent process do not exist in a child.
  private var count = ForkLocal(0) { $0 = 0 }

  /// - Parameter limit: the maximum number of calls in flight.
  init(limit: Int) {
    self.limit = limit
  }

  /// Counts a call that is about to begin.
  ///
  /// - Throws: `queueFull` when the limit is reached.
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

  /// The number of calls in flight.
  var inFlight: Int { lock.withLock { count.current } }

  /// Subtracts calls that have ended or failed to begin. All of them were counted in this process.
  func leave(_ ended: Int = 1) {
    lock.withLock { count.current -= ended }
  }
}
