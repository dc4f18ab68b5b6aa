extension SessionStore {
  /// Creates a store from functions that throw `PeerIDError` themselves.
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

// Only for Swift programs: Embedded Swift cannot throw errors of arbitrary types, as the functions of this store do.
// The C interface uses the initializer above.
#if !hasFeature(Embedded)
  extension SessionStore {
    /// A custom store, for instance in a database. If several machines use the same database, they share the sessions.
    ///
    /// Every function may block, may be called from any thread, and throws if it fails. The library sends nothing
    /// without the lock.
    ///
    /// - Parameters:
    ///   - load: returns the session with this key; `nil` when there is none. Under the lock it must return what was
    ///     saved last.
    ///   - save: saves durably if the stored generation is `expected` (0: nothing is stored); otherwise changes nothing
    ///     and returns `false`.
    ///   - remove: removes the session; succeeds if there is none.
    ///   - lock: waits at most the given milliseconds for the key's lock. Returns a token that is passed to `unlock`
    ///     and the other functions. The library holds the lock for at most twice that time, plus the time that `load`
    ///     and `save` take. The lock must last longer than that, and must be released when its holder dies.
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
