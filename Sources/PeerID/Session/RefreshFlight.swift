/// A running refresh, and the calls that wait for it. Used only under the session's lock.
final class RefreshFlight: @unchecked Sendable {
  private let condition: Condition
  private(set) var isDone = false
  /// The reason why the refresh failed; `nil` if it succeeded or has not ended.
  private(set) var failure: PeerIDError?
  /// The server's refusal of the refresh token, which ends the session unless another process saves a new token pair in
  /// time; `nil` if there was none.
  var verdict: PeerIDError?
  /// One function for each asynchronous call that waits for the refresh, called when the refresh has ended.
  private var continuations: [@Sendable () -> Void] = []

  init(lock: Lock) {
    condition = Condition(lock: lock)
  }

  /// Ends the refresh and wakes the waiting threads. The caller calls the returned continuations without the lock.
  func finish(_ failure: PeerIDError?) -> [@Sendable () -> Void] {
    isDone = true
    self.failure = failure
    condition.broadcast()
    defer { continuations = [] }
    return continuations
  }

  /// Calls `continuation` when the refresh ends; returns `false` if it has already ended.
  func whenDone(_ continuation: @escaping @Sendable () -> Void) -> Bool {
    if !isDone { continuations.append(continuation) }
    return !isDone
  }

  /// Waits until the refresh ends, at most until `deadline`.
  func wait(untilMonotonic deadline: Int64) {
    if !isDone { condition.wait(untilMonotonic: deadline) }
  }
}
