/// A session store keeps sessions after the process has ended, and shares them among processes.
///
/// A store may be used from any number of threads and clients at once.
public final class SessionStore: Sendable {
  /// Identifies a held lock. Only the store interprets it.
  public typealias LockToken = UInt

  /// The functions of a store. Each may block. The library calls none of them while it holds one of its own locks.
  struct Backend: Sendable {
    /// The session with this key; `nil` when there is none. `lock` is 0 if the caller holds no lock.
    let load: @Sendable (_ key: String, _ lock: LockToken) throws(PeerIDError) -> StoredSession?
    /// Saves durably if the stored generation is `expected` (0: nothing is stored); otherwise changes nothing and
    /// returns `false`.
    let save:
      @Sendable (_ key: String, _ session: StoredSession, _ expected: UInt64, _ lock: LockToken) throws(PeerIDError) ->
        Bool
    /// Removes the session; succeeds if there is none.
    let remove: @Sendable (_ key: String, _ lock: LockToken) throws(PeerIDError) -> Void
    /// Waits at most this long for the key's lock, which excludes all other processes on all machines. The caller then
    /// holds the lock for at most twice this time.
    let lock: @Sendable (_ key: String, _ timeoutMilliseconds: Int64) throws(PeerIDError) -> LockToken
    let unlock: @Sendable (_ key: String, _ lock: LockToken) -> Void
    /// All keys.
    let list: @Sendable () throws(PeerIDError) -> [String]
    /// Locks the key without waiting; returns `nil` if another caller holds the lock. A store with this function is
    /// polled, so that a wait for its lock can be interrupted.
    var lockAtOnce: (@Sendable (_ key: String) throws(PeerIDError) -> LockToken?)?
    /// Reserves what is needed to save a session. Called under the lock, before a request whose answer has to be saved.
    /// `nil` if the store has nothing to reserve.
    var reserve: (@Sendable (_ key: String, _ lock: LockToken) throws(PeerIDError) -> Void)?
  }

  let backend: Backend

  init(_ backend: Backend) {
    self.backend = backend
  }

  /// The longest key, in bytes of UTF-8.
  public static let maximumKeyBytes = 4096

  /// The keys of all sessions in the store.
  ///
  /// - Returns: the keys, in no particular order.
  /// - Throws: `store` when the store fails or cannot list its keys.
  public func keys() throws(PeerIDError) -> [String] {
    try backend.list()
  }

  /// Removes a session, even a damaged one; succeeds if there is none. The tokens stay valid at the server.
  ///
  /// - Parameter key: the session's key.
  /// - Throws: `store` when the store fails.
  public func remove(key: String) throws(PeerIDError) {
    try SessionStore.check(key: key)
    let lock = try backend.lock(key, 30_000)
    defer { backend.unlock(key, lock) }
    try backend.remove(key, lock)
  }

  static func check(key: String) throws(PeerIDError) {
    let count = key.utf8.count
    guard count > 0, count <= maximumKeyBytes, !key.utf8.contains(0) else {
      throw PeerIDError(.invalidArgument, "a key must have 1 to \(maximumKeyBytes) bytes; this one has \(count)")
    }
  }
}

/// A store and a session's key in it. A class, because copies of a structure need more code.
final class StorePlace: Sendable {
  let store: SessionStore
  let key: String
  let statistics: Statistics

  init(store: SessionStore, key: String, statistics: Statistics) {
    self.store = store
    self.key = key
    self.statistics = statistics
  }

  /// The session's name in the log.
  var name: String { "session '\(key.cut(to: 80))'" }

  /// Runs `body` while holding the key's lock.
  func withLock<Result>(
    timeoutMilliseconds: Int64,
    _ context: CallContext? = nil,
    _ body: (SessionStore.LockToken) throws(PeerIDError) -> Result
  ) throws(PeerIDError) -> Result {
    let began = Clock.monotonicMicroseconds()
    let lock = try lock(timeoutMilliseconds, context)
    statistics.add(.locks)
    statistics.add(.lockMicroseconds, Clock.monotonicMicroseconds() - began)
    defer { store.backend.unlock(key, lock) }
    return try body(lock)
  }

  /// The pauses between attempts to take a lock, in milliseconds; the last one repeats.
  private static let pauses: [Int64] = [1, 1, 2, 2, 5, 5, 10, 20]

  private func lock(_ timeout: Int64, _ context: CallContext?) throws(PeerIDError) -> SessionStore.LockToken {
    guard let context, let lockAtOnce = store.backend.lockAtOnce else { return try store.backend.lock(key, timeout) }
    var tries = 0
    while true {
      if let lock = try lockAtOnce(key) { return lock }
      switch context.pause(milliseconds: Self.pauses[min(tries, Self.pauses.count - 1)]) {
      case nil: tries += 1
      // Call the store, whose error says what the call waited for.
      case .timedOut?: return try store.backend.lock(key, 0)
      case let interruption?:
        throw PeerIDError(interruption, .notSent, while: "waiting for the lock of the session in the store")
      }
    }
  }

  /// Makes sure that new tokens can be saved. Called under the lock, before new tokens are requested; if this fails,
  /// they are not requested.
  func reserve(_ lock: SessionStore.LockToken) throws(PeerIDError) {
    guard let reserve = store.backend.reserve else { return }
    do throws(PeerIDError) {
      try reserve(key, lock)
    } catch {
      throw error.withOutcome(.notSent, prefix: "nothing was sent, because the new tokens could not be saved: ")
    }
  }

  func load(_ lock: SessionStore.LockToken = 0) throws(PeerIDError) -> Token? {
    guard let stored = try store.backend.load(key, lock) else { return nil }
    return try StoredSessionFormat.read(stored, key: key)
  }

  func save(_ token: Token, expected: UInt64, _ lock: SessionStore.LockToken) throws(PeerIDError) -> Bool {
    try store.backend.save(key, StoredSessionFormat.write(token, key: key), expected, lock)
  }
}
