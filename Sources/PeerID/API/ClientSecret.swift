/// The application's secret, which may be replaced while sessions use it.
final class ClientSecret: @unchecked Sendable {
  private let lock = Lock()
  private var value: Bytes?

  init(_ value: Bytes?) {
    self.value = value
  }

  /// The secret; `nil` when there is none.
  var current: Bytes? { lock.withLock { value } }

  /// Uses another secret from now on.
  func replace(with other: Bytes) {
    // Release the old secret, which wipes it, only after the lock is released.
    let old = lock.withLock {
      defer { value = other }
      return value
    }
    withExtendedLifetime(old) {}
  }
}
