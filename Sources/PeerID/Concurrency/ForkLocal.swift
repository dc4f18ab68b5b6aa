/// State that does not survive a fork as it is: the child renews it before it uses it.
///
/// Threads of the library do not exist in a child, waiting threads do not exist, and open connections are shared with
/// the parent. The parent's value is leaked in the child, because its threads may have been using it.
struct ForkLocal<Value>: ~Copyable {
  private var value: Value
  private var generation = ForkGuard.generation
  private let renew: (inout Value) -> Void

  /// - Parameters:
  ///   - value: the value in the process that makes it.
  ///   - renew: puts right in a child what the fork has broken. Runs under the owner's lock.
  init(_ value: Value, inChild renew: @escaping (inout Value) -> Void) {
    self.value = value
    self.renew = renew
  }

  deinit {
    if generation != ForkGuard.generation { ForkGuard.leakAfterFork(value) }
  }

  /// The value of this process. The owner's lock must be held.
  var current: Value {
    mutating get {
      renewIfInherited()
      return value
    }
    _modify {
      renewIfInherited()
      yield &value
    }
  }

  private mutating func renewIfInherited() {
    guard generation != ForkGuard.generation else { return }
    generation = ForkGuard.generation
    ForkGuard.leakAfterFork(value)
    renew(&value)
  }
}
