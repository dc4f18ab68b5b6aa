/// State that the child of a fork must replace before using it, such as threads and connections; see `ForkGuard`.
///
/// The parent's value is leaked in the child, because the parent's threads may have been using it.
struct ForkLocal<Value>: ~Copyable {
  private var value: Value
  private var generation = ForkGuard.generation
  private let renew: (inout Value) -> Void

  /// - Parameters:
  ///   - value: the value in this process.
  ///   - renew: changes a copy of the parent's value to the child's. Runs under the owner's lock.
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

  @inline(never)
  private mutating func renewIfInherited() {
    guard generation != ForkGuard.generation else { return }
    generation = ForkGuard.generation
    ForkGuard.leakAfterFork(value)
    renew(&value)
  }
}
