/// One refresh under way, and the calls that wait for it.
final class RefreshFlight: @unchecked Sendable {
  private let condition: Condition
  private(set) var isDone = false
  /// Why the refresh failed; `nil` when it did not, or is not over.
  private(set) var failure: PeerIDError?

  init(lock: Lock) {
    condition = Condition(lock: lock)
  }

  /// What asynchronous calls do when the refresh is over.
  private var continuations: [@Sendable () -> Void] = []

  /// Ends the refresh for those who wait. Called under the lock; what it returns is called outside it.
  func finish(_ failure: PeerIDError?) -> [@Sendable () -> Void] {
    isDone = true
    self.failure = failure
    condition.broadcast()
    defer { continuations = [] }
    return continuations
  }

  /// Lets `continuation` be called when the refresh is over. Returns `false` if it is already. Called under the lock.
  func whenDone(_ continuation: @escaping @Sendable () -> Void) -> Bool {
    if !isDone { continuations.append(continuation) }
    return !isDone
  }

  /// Waits at most until `deadline`. Called under the lock.
  func wait(untilMonotonic deadline: Int64) {
    if !isDone { condition.wait(untilMonotonic: deadline) }
  }

  /// The condition holds traces of threads that do not exist in the child of a fork: it is never destroyed.
  func abandonAfterFork() {
    _ = Unmanaged.passRetained(self)
  }
}
