import Synchronization

/// Tells how often this process has been made by `fork`, so that objects notice when they were inherited.
///
/// After a fork the child has none of the library's threads and no waiting threads, and it shares open connections with
/// the parent. Each owner of such a thing keeps the generation in which it was made, and makes a new one when the
/// number has changed.
enum ForkGuard {
  private static let counter = Atomic<Int>(0)

  /// The number of forks between the process that loaded the library and this one.
  static var generation: Int { counter.load(ordering: .relaxed) }

  /// Leaks a value that the parent's threads may be using, or that must not be released under a lock.
  static func leakAfterFork<Value>(_ value: Value) {
    _ = Unmanaged.passRetained(Leaked(value))
  }

  private final class Leaked<Value> {
    private let value: Value
    init(_ value: Value) { self.value = value }
  }

  /// Called in the child, while its only thread holds all locks.
  static func enterChild() {
    counter.wrappingAdd(1, ordering: .relaxed)
    ForkGate.enterChild()
    ExitGuard.enterChild()
    OwnedDescriptor.closeInChild()
  }
}
