import Synchronization

/// Tells how often this process has been made by `fork`, so that objects notice when they were inherited.
///
/// What a fork leaves broken in the child: threads of the library do not exist there, waiting threads do not exist,
/// and open connections are shared with the parent. Each owner of such a thing keeps the generation in which it was
/// made and starts afresh when the number has changed.
enum ForkGuard {
  private static let counter = Atomic<Int>(0)

  /// The number of forks between the process that loaded the library and this one.
  static var generation: Int { counter.load(ordering: .relaxed) }

  /// Keeps for ever what the parent's threads may be using, or what must not be released under a lock.
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
