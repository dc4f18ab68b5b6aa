extension SessionStore {
  /// A store over functions that say themselves what failed.
  package convenience init(
    load: @escaping @Sendable (_ key: String, _ lock: LockToken) throws(PeerIDError) -> StoredSession?,
    save:
      @escaping @Sendable (_ key: String, _ session: StoredSession, _ expected: UInt64, _ lock: LockToken)
      throws(PeerIDError) -> Bool,
    remove: @escaping @Sendable (_ key: String, _ lock: LockToken) throws(PeerIDError) -> Void,
    lock: @escaping @Sendable (_ key: String, _ timeoutMilliseconds: Int64) throws(PeerIDError) -> LockToken,
    unlock: @escaping @Sendable (_ key: String, _ lock: LockToken) -> Void,
    list: @escaping @Sendable () throws(PeerIDError) -> [String]
  ) {
    self.init(Backend(load: load, save: save, remove: remove, lock: lock, unlock: unlock, list: list))
  }
}

// Embedded Swift has no errors of any type. The C interface needs none.
#if !hasFeature(Embedded)
  extension SessionStore {
    /// A store over anything that can keep a text, compare a number and lock a name, such as a database. With one that
    /// several machines reach, sessions are shared among machines.
    ///
    /// Every function may block, is called from any thread, and says that it failed by throwing; the session then fails
    /// closed: nothing is sent without the lock.
    ///
    /// - Parameters:
    ///   - load: the session under a key; `nil` when there is none. Under the lock it must see what was saved last.
    ///   - save: saves durably if the generation under the key is `expected` (0: there is none), and returns whether it
    ///     was.
    ///   - remove: removes the session; nothing to remove is fine.
    ///   - lock: waits at most the given milliseconds until no other caller holds the key, and returns a number for the
    ///     lock, which the other functions and `unlock` receive. A lock must last longer than `refresh_timeout_ms`, and
    ///     must end by itself when its holder dies.
    ///   - unlock: releases the lock.
    ///   - list: all keys.
    /// - Returns: the store.
    public static func custom(
      load: @escaping @Sendable (_ key: String, _ lock: LockToken) throws -> StoredSession?,
      save:
        @escaping @Sendable (_ key: String, _ session: StoredSession, _ expected: UInt64, _ lock: LockToken) throws ->
        Bool,
      remove: @escaping @Sendable (_ key: String, _ lock: LockToken) throws -> Void,
      lock: @escaping @Sendable (_ key: String, _ timeoutMilliseconds: Int64) throws -> LockToken,
      unlock: @escaping @Sendable (_ key: String, _ lock: LockToken) -> Void,
      list: @escaping @Sendable () throws -> [String]
    ) -> SessionStore {
      SessionStore(
        load: { (key, token) throws(PeerIDError) in
          try asStoreError("loading") { () throws in try load(key, token) }
        },
        save: { (key, session, expected, token) throws(PeerIDError) in
          try asStoreError("saving") { () throws in try save(key, session, expected, token) }
        },
        remove: { (key, token) throws(PeerIDError) in
          try asStoreError("removing") { () throws in try remove(key, token) }
        },
        lock: { (key, timeout) throws(PeerIDError) in
          try asStoreError("locking") { () throws in try lock(key, timeout) }
        },
        unlock: unlock,
        list: { () throws(PeerIDError) in try asStoreError("listing") { () throws in try list() } }
      )
    }

    private static func asStoreError<Result>(_ doing: String, _ body: () throws -> Result) throws(PeerIDError) -> Result
    {
      do {
        return try body()
      } catch let error as PeerIDError {
        throw error
      } catch {
        throw PeerIDError(.store, .notSent, "the store failed while \(doing): \(error)", isRetryable: true)
      }
    }
  }
#endif
