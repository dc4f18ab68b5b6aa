/// The idle connections of a client. The most recently used connection is taken first, so that surplus connections
/// expire.
final class TransferPool: @unchecked Sendable {
  private let lock = Lock()
  private let maximumIdle: Int
  // A child must not use the parent's connections.
  private var idle = ForkLocal([BlockingTransfer]()) { $0 = [] }
  private var isClosed = false

  init(maximumIdle: Int) {
    self.maximumIdle = maximumIdle
  }

  /// An idle connection, if there is one.
  func take() -> BlockingTransfer? {
    lock.withLock { idle.current.popLast() }
  }

  /// Adds a connection for the next request.
  func put(_ transfer: BlockingTransfer) {
    guard transfer.isOfThisProcess else { return ForkGuard.leakAfterFork(transfer) }
    // A surplus connection is closed after the lock is released, because closing TLS takes time.
    lock.withLock {
      if !isClosed, idle.current.count < maximumIdle { idle.current.append(transfer) }
    }
  }

  /// Closes the idle connections and keeps none from now on.
  func close() {
    var closing: [BlockingTransfer] = []
    lock.withLock {
      isClosed = true
      swap(&closing, &idle.current)
    }
  }
}
