/// Watches a job that may be held up: by a store, which nobody can interrupt, or because no thread is free for it. Its
/// caller goes on when it cancels, or when the client is closed.
final class StoreWatch: @unchecked Sendable {
  private let lock = Lock()
  private let heldUp: @Sendable (PeerIDError) -> Void
  private var isHeldUp = true
  private var interruption: CallContext.Interruption?
  private var outcome = Outcome.notSent

  /// - Parameter heldUp: called when the job has to end and is held up, perhaps more than once.
  init(_ heldUp: @escaping @Sendable (PeerIDError) -> Void) {
    self.heldUp = heldUp
  }

  /// A thread takes up the job. Returns whether it still has to be done.
  func start() -> Bool {
    lock.withLock {
      isHeldUp = false
      return interruption == nil
    }
  }

  /// Runs `body`, which uses the store.
  func inside<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    change { isHeldUp = true }
    defer { change { isHeldUp = false } }
    return try body()
  }

  /// Runs `body`, which leaves the store alone and sends the job's request, within `inside`. When it fails, its error is
  /// what the job ends with, and the store has nothing to add.
  func outside<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    change { isHeldUp = false }
    let result = try body()
    change {
      isHeldUp = true
      outcome = .unknown
    }
    return result
  }

  /// The job has to end.
  func interrupt(_ reason: CallContext.Interruption) {
    change { if interruption == nil { interruption = reason } }
  }

  private func change(_ body: () -> Void) {
    let report: (CallContext.Interruption, Outcome)? = lock.withLock {
      body()
      return isHeldUp ? interruption.map { ($0, outcome) } : nil
    }
    guard let (reason, outcome) = report else { return }
    heldUp(
      PeerIDError(reason, outcome, while: "its store had not answered; what was asked of the store may still happen")
    )
  }
}
