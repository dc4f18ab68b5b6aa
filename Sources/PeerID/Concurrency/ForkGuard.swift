import Synchronization

/// Counts forks, so that an object can detect that this process is a child and has inherited the object from its
/// parent.
///
/// After a fork the child has none of the parent's threads, and it shares the parent's open connections. An owner of
/// threads or connections stores the fork generation in which it created them, and creates new ones if the generation
/// has changed.
enum ForkGuard {
  private static let counter = Atomic<Int>(0)

  /// The number of forks between the process that loaded the library and this process.
  static var generation: Int { counter.load(ordering: .relaxed) }

  /// Leaks a value that the parent's threads may have been using, or that must not be released under a lock.
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
