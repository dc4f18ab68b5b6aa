extension SessionStore {
  /// A store in the memory of this process: sessions are shared by key among its clients and gone with it.
  ///
  /// - Returns: a new, empty store.
  public static func memory() -> SessionStore {
    let memory = MemoryStore()
    return SessionStore(
      Backend(
        load: { key, _ in memory.load(key) },
        save: { key, session, expected, _ in memory.save(key, session, expected) },
        remove: { key, _ in memory.remove(key) },
        lock: { (key, timeout) throws(PeerIDError) in try memory.lock(key, timeout) },
        unlock: { key, _ in memory.unlock(key) },
        list: { memory.keys() },
        lockAtOnce: { memory.lockAtOnce($0) }
      )
    )
  }
}

private final class MemoryStore: @unchecked Sendable {
  private let mutex = Lock()
  private var changed: Condition
  private var sessions: [String: StoredSession] = [:]
  private var locked: Set<String> = []
  private var forkGeneration = ForkGuard.generation

  init() {
    changed = Condition(lock: mutex)
  }

  func load(_ key: String) -> StoredSession? {
    mutex.withLock { sessions[key] }
  }

  func save(_ key: String, _ session: StoredSession, _ expected: UInt64) -> Bool {
    mutex.withLock {
      guard (sessions[key]?.generation ?? 0) == expected else { return false }
      sessions[key] = session
      return true
    }
  }

  func remove(_ key: String) {
    mutex.withLock { sessions[key] = nil }
  }

  func keys() -> [String] {
    mutex.withLock { Array(sessions.keys) }
  }

  func lock(_ key: String, _ timeout: Int64) throws(PeerIDError) -> SessionStore.LockToken {
    let clock = Clock.system
    let deadline = clock.monotonicMilliseconds() + timeout
    let isMine = mutex.withLock {
      renewAfterFork()
      while locked.contains(key) {
        if clock.monotonicMilliseconds() >= deadline { return false }
        changed.wait(untilMonotonic: deadline)
      }
      locked.insert(key)
      return true
    }
    guard isMine else { throw PeerIDError(.store, "another call holds the session and did not give it back in time") }
    return 0
  }

  func lockAtOnce(_ key: String) -> SessionStore.LockToken? {
    mutex.withLock {
      renewAfterFork()
      return locked.insert(key).inserted ? 0 : nil
    }
  }

  /// Whoever held a key in the parent does not exist in the child. Called under the mutex.
  private func renewAfterFork() {
    guard forkGeneration != ForkGuard.generation else { return }
    forkGeneration = ForkGuard.generation
    ForkGuard.leaveBehind(changed)
    changed = Condition(lock: mutex)
    locked = []
  }

  func unlock(_ key: String) {
    mutex.withLock {
      locked.remove(key)
      changed.broadcast()
    }
  }
}
