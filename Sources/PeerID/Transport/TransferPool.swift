/// The idle connections of a client, the last used first, so that few are kept warm and the others age.
final class TransferPool: @unchecked Sendable {
  private let lock = Lock()
  private let maximumIdle: Int
  private var idle: [BlockingTransfer] = []
  private var forkGeneration = ForkGuard.generation
  private var isClosed = false

  init(maximumIdle: Int) {
    self.maximumIdle = maximumIdle
  }

  /// An idle connection, if there is one that belongs to this process.
  func take() -> BlockingTransfer? {
    lock.withLock {
      if forkGeneration != ForkGuard.generation { abandonInherited() }
      return idle.popLast()
    }
  }

  /// Keeps a connection for the next request.
  func giveBack(_ transfer: BlockingTransfer) {
    guard transfer.forkGeneration == ForkGuard.generation else { return transfer.abandonAfterFork() }
    // What is not kept is released outside the lock: closing a TLS connection takes time.
    lock.withLock {
      if !isClosed, idle.count < maximumIdle, forkGeneration == ForkGuard.generation { idle.append(transfer) }
    }
  }

  /// Closes the idle connections.
  func empty() {
    var closing: [BlockingTransfer] = []
    lock.withLock {
      if forkGeneration != ForkGuard.generation { abandonInherited() }
      swap(&closing, &idle)
    }
  }

  /// Closes the idle connections, and keeps none from now on.
  func close() {
    lock.withLock { isClosed = true }
    empty()
  }

  deinit {
    if forkGeneration != ForkGuard.generation { abandonInherited() }
  }

  private func abandonInherited() {
    for transfer in idle { transfer.abandonAfterFork() }
    idle = []
    forkGeneration = ForkGuard.generation
  }
}
