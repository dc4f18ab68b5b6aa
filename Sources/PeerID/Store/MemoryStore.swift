extension SessionStore {
  /// A store in the memory of this process. Clients that use it share sessions by key; they are lost when the process
  /// ends.
  ///
  /// - Returns: a new, empty store.
  public static func memory() -> SessionStore {
    let memory = MemoryStore()
    return SessionStore(
      Backend(
        load: { key, _ in memory.load(StoreKey(key)) },
        save: { key, session, expected, _ in memory.save(StoreKey(key), session, expected) },
        remove: { key, _ in memory.remove(StoreKey(key)) },
        lock: { (key, timeout) throws(PeerIDError) in try memory.lock(StoreKey(key), timeout) },
        unlock: { key, _ in memory.unlock(StoreKey(key)) },
        list: { memory.keys() },
        lockAtOnce: { memory.lockAtOnce(StoreKey($0)) }
      )
    )
  }
}

private final class MemoryStore: @unchecked Sendable {
  private let mutex = Lock()
  private var sessions: [StoreKey: StoredSession] = [:]
  private var locks: ForkLocal<Locks>

  private struct Locks {
    let changed: Condition
    /// A short list: each thread holds one lock at most.
    var held: [StoreKey] = []

    /// Locks the key unless it is locked. Returns whether it did.
    mutating func take(_ key: StoreKey) -> Bool {
      if held.contains(where: { $0 == key }) { return false }
      held.append(key)
      return true
    }
  }

  init() {
    let mutex = mutex
    // The thread that holds a key in the parent does not exist in the child.
    locks = ForkLocal(Locks(changed: Condition(lock: mutex))) { $0 = Locks(changed: Condition(lock: mutex)) }
  }

  func load(_ key: StoreKey) -> StoredSession? {
    mutex.withLock { sessions[key] }
  }

  func save(_ key: StoreKey, _ session: StoredSession, _ expected: UInt64) -> Bool {
    mutex.withLock {
      guard (sessions[key]?.generation ?? 0) == expected else { return false }
      sessions[key] = session
      return true
    }
  }

  func remove(_ key: StoreKey) {
    mutex.withLock { sessions[key] = nil }
  }

  func keys() -> [String] {
    mutex.withLock { sessions.keys.map { $0.text } }
  }

  func lock(_ key: StoreKey, _ timeout: Int64) throws(PeerIDError) -> SessionStore.LockToken {
    let clock = Clock.system
    let deadline = clock.deadline(afterMilliseconds: timeout)
    let isMine = mutex.withLock {
      while !locks.current.take(key) {
        if clock.monotonicMilliseconds() >= deadline { return false }
        locks.current.changed.wait(untilMonotonic: deadline)
      }
      return true
    }
    guard isMine else { throw PeerIDError(.store, "timed out waiting for the session lock, which another call holds") }
    return 0
  }

  func lockAtOnce(_ key: StoreKey) -> SessionStore.LockToken? {
    mutex.withLock { locks.current.take(key) ? 0 : nil }
  }

  func unlock(_ key: StoreKey) {
    mutex.withLock {
      locks.current.held.removeAll { $0 == key }
      locks.current.changed.broadcast()
    }
  }
}
