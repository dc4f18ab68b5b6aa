/// Watches a job that may be held up by a store, which nobody can interrupt: the job's caller goes on when it cancels.
final class StoreWatch: @unchecked Sendable {
  private let lock = Lock()
  private let heldUp: @Sendable (Outcome) -> Void
  private var isInside = false
  private var isCancelled = false
  private var outcome = Outcome.notSent

  /// - Parameter heldUp: called when the job was cancelled and is in the store, perhaps more than once, with what became
  ///   of the job's request.
  init(_ heldUp: @escaping @Sendable (Outcome) -> Void) {
    self.heldUp = heldUp
  }

  /// Runs `body`, which uses the store.
  func inside<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    change { isInside = true }
    defer { change { isInside = false } }
    return try body()
  }

  /// Runs `body`, which leaves the store alone and sends the job's request, within `inside`.
  func outside<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    change { isInside = false }
    defer {
      change {
        isInside = true
        outcome = .unknown
      }
    }
    return try body()
  }

  /// The job's caller waits no longer.
  func cancel() {
    change { isCancelled = true }
  }

  private func change(_ body: () -> Void) {
    let reported: Outcome? = lock.withLock {
      body()
      return isInside && isCancelled ? outcome : nil
    }
    if let reported { heldUp(reported) }
  }
}
