/// The idle connections of a client. The one used last is taken first, so that few stay in use and the others expire.
final class TransferPool: @unchecked Sendable {
  private let lock = Lock()
  private let maximumIdle: Int
  // The parent's connections are its own.
  private var idle = ForkLocal([BlockingTransfer]()) { $0 = [] }
  private var isClosed = false

  init(maximumIdle: Int) {
    self.maximumIdle = maximumIdle
  }

  /// An idle connection, if there is one.
  func take() -> BlockingTransfer? {
    lock.withLock { idle.current.popLast() }
  }

  /// Keeps a connection for the next request.
  func put(_ transfer: BlockingTransfer) {
    guard transfer.isOfThisProcess else { return ForkGuard.leakAfterFork(transfer) }
    // A connection that is not kept is released outside the lock: closing TLS takes time.
    lock.withLock {
      if !isClosed, idle.current.count < maximumIdle { idle.current.append(transfer) }
    }
  }

  /// Closes the idle connections, and keeps none from now on.
  func close() {
    var closing: [BlockingTransfer] = []
    lock.withLock {
      isClosed = true
      swap(&closing, &idle.current)
    }
  }
}
