/// One refresh under way, and the calls that wait for it. Everything in it is used under the session's lock.
final class RefreshFlight: @unchecked Sendable {
  private let condition: Condition
  private(set) var isDone = false
  /// Why the refresh failed; `nil` when it did not, or is not over.
  private(set) var failure: PeerIDError?
  /// Why the session is over unless another process saves a pair in time; `nil` when nothing points to that.
  var verdict: PeerIDError?
  /// What asynchronous calls do when the refresh is over.
  private var continuations: [@Sendable () -> Void] = []

  init(lock: Lock) {
    condition = Condition(lock: lock)
  }

  /// Ends the refresh for those who wait. What it returns is called outside the lock.
  func finish(_ failure: PeerIDError?) -> [@Sendable () -> Void] {
    isDone = true
    self.failure = failure
    condition.broadcast()
    defer { continuations = [] }
    return continuations
  }

  /// Calls `continuation` when the refresh is over; returns `false` if it is already.
  func whenDone(_ continuation: @escaping @Sendable () -> Void) -> Bool {
    if !isDone { continuations.append(continuation) }
    return !isDone
  }

  /// Waits at most until `deadline`.
  func wait(untilMonotonic deadline: Int64) {
    if !isDone { condition.wait(untilMonotonic: deadline) }
  }
}
