/// One refresh under way, and the calls that wait for it.
final class RefreshFlight: @unchecked Sendable {
  private let condition: Condition
  private(set) var isDone = false

  init(lock: Lock) {
    condition = Condition(lock: lock)
  }

  /// Ends the refresh for those who wait. Called under the lock.
  func finish() {
    isDone = true
    condition.broadcast()
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
