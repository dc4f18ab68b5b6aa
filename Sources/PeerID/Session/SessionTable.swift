/// The sessions of a client: one `SessionCore` for each stored key and, for sessions without a key, for each pair of
/// access and refresh token.
///
/// The server keeps one token pair for each user of an application. Two sessions with the same token pair would
/// invalidate each other's tokens, so all handles share one `SessionCore`.
final class SessionTable: @unchecked Sendable {
  /// Identifies a session without a key: by the server's user id or, if that is unknown, by its first token pair.
  private enum Identity: Hashable {
    case user(Int64)
    case pair(UInt64)

    init(_ token: Token) {
      self = token.userID.map { .user($0) } ?? .pair(token.fingerprint)
    }
  }

  private struct Entry {
    let core: SessionCore
    let identity: Identity
    /// A copy of the session's token pair, so that the session's lock is not taken while the table's lock is held.
    var token: Token
    /// The number of leases. The session stays in the table until the number is 0.
    var users = 1
    /// Whether the pair is kept for later logins when the session is released. `false` after a logout.
    var leavesPair = true
  }

  private let lock = Lock()
  private var entries: [ObjectIdentifier: Entry] = [:]
  private var byKey: [StoreKey: ObjectIdentifier] = [:]
  private var byIdentity: [Identity: [ObjectIdentifier]] = [:]
  /// The pairs that released sessions without a key got from a refresh in the last seconds, the newest last.
  private(set) var releasedPairs: [Token] = []
  private var handles = 0

  /// Whether the application holds a session handle.
  var hasHandles: Bool { lock.withLock { handles > 0 } }

  func handleBegan() { lock.withLock { handles += 1 } }
  func handleEnded() { lock.withLock { handles -= 1 } }

  /// The session with this key; `nil` when there is none.
  func session(forKey key: String) -> SessionLease? {
    let core = lock.withLock { byKey[StoreKey(key)].flatMap { use($0) } }
    return core.map { SessionLease($0) }
  }

  /// The session without a key that has this token pair; otherwise a new one from `make`. `isCurrent` means that the
  /// server has just returned the token pair, so that it belongs to every session of its user.
  ///
  /// A login returns the old pair until the server has saved the refreshed one. If a released session has refreshed
  /// the pair less than `doubtPeriod` milliseconds before `serverNow`, the new session gets the refreshed pair.
  func session(
    for token: Token,
    isCurrent: Bool,
    doubtPeriod: Int64,
    serverNow: Int64?,
    make: (Token) -> SessionCore
  ) -> SessionLease {
    let replaced = token.refreshTokenBytes == nil ? nil : token.fingerprint
    let (present, pair): (SessionCore?, Token) = lock.withLock {
      let newer = releasedPairs.last {
        $0.renewal?.predecessor == replaced && $0.isYounger(than: doubtPeriod, serverNow: serverNow)
      }
      return (find(token, isCurrent), newer ?? token)
    }
    if let present { return SessionLease(present) }
    let made = make(pair)
    let core = lock.withLock {
      // Another thread may have added the session meanwhile.
      if let present = find(token, isCurrent) ?? find(pair, isCurrent) { return present }
      add(made, pair)
      return made
    }
    return SessionLease(core)
  }

  /// The session with this key: the existing one, otherwise `core`. If `replaces` is true, the result is always `core`,
  /// and the existing session is returned as `replaced`.
  func session(
    forKey key: String,
    orElse core: SessionCore,
    _ token: Token,
    replaces: Bool
  ) -> (session: SessionLease, replaced: SessionCore?) {
    let key = StoreKey(key)
    let (used, replaced): (SessionCore, SessionCore?) = lock.withLock {
      let present = byKey[key]
      if !replaces, let present, let core = use(present) { return (core, nil) }
      add(core, token)
      byKey[key] = ObjectIdentifier(core)
      return (core, present.flatMap { entries[$0]?.core })
    }
    return (SessionLease(used), replaced)
  }

  /// Adds a lease for a session.
  func lease(_ core: SessionCore) -> SessionLease? {
    lock.withLock { use(ObjectIdentifier(core)) }.map { SessionLease($0) }
  }

  /// Removes a session if it has at most one lease; returns whether it did.
  func removeUnlessShared(_ core: SessionCore) -> Bool {
    lock.withLock {
      let id = ObjectIdentifier(core)
      guard (entries[id]?.users ?? 0) <= 1 else {
        entries[id]?.leavesPair = false
        return false
      }
      hide(id, nil)
      return true
    }
  }

  /// Records a session's new token pair.
  func update(_ core: SessionCore, _ token: Token) {
    lock.withLock { entries[ObjectIdentifier(core)]?.token = token }
  }

  /// Removes a session that has ended.
  func remove(_ core: SessionCore, key: String?) {
    lock.withLock {
      let id = ObjectIdentifier(core)
      if let token = entries[id]?.token { releasedPairs.removeAll { $0.isOfSameUser(as: token) } }
      hide(id, key.map { StoreKey($0) })
    }
  }

  /// The newest token pair of another session of the same user; `nil` if no other session has a pair that differs from
  /// `token`.
  func otherPair(of token: Token, than core: SessionCore) -> Token? {
    lock.withLock {
      guard case .user? = entries[ObjectIdentifier(core)]?.identity else { return nil }
      let others = (byIdentity[Identity(token)] ?? []).compactMap { entries[$0] }
      return others.filter { $0.core !== core && !$0.token.isSamePair(as: token) }.map { $0.token }
        .max { ($0.renewedAtMilliseconds ?? 0) < ($1.renewedAtMilliseconds ?? 0) }
    }
  }

  fileprivate func release(_ core: SessionCore) {
    let id = ObjectIdentifier(core)
    let (isOver, serverNow) = (core.isOver != nil, core.environment.times.serverNow)
    lock.withLock {
      entries[id]?.users -= 1
      guard let entry = entries[id], entry.users == 0 else { return }
      if core.place == nil { leave(entry.token, keep: !isOver && entry.leavesPair, serverNow) }
      hide(id, core.place.map { StoreKey($0.key) })
      // The caller keeps a reference to the session, so that it is not deallocated while the lock is held.
      entries[id] = nil
    }
  }

  // MARK: - Under the lock

  /// For how long the pair of a released session is kept after its refresh, in milliseconds. A login that was sent
  /// before the server saved this pair returns the old pair, and ends within this time.
  private static let keptPeriod: Int64 = 60_000

  /// Keeps the pair of a released session, if it comes from a recent refresh. Removes the other pairs of the user, and
  /// pairs that are too old.
  private func leave(_ pair: Token, keep: Bool, _ serverNow: Int64?) {
    releasedPairs.removeAll {
      $0.isOfSameUser(as: pair) || !$0.isYounger(than: Self.keptPeriod, serverNow: serverNow)
    }
    if keep, pair.isYounger(than: Self.keptPeriod, serverNow: serverNow) { releasedPairs.append(pair) }
  }

  private func use(_ id: ObjectIdentifier) -> SessionCore? {
    entries[id]?.users += 1
    return entries[id]?.core
  }

  /// Finds the session to share. A token pair without a refresh token is not shared: two sessions cannot invalidate it.
  private func find(_ token: Token, _ isCurrent: Bool) -> SessionCore? {
    guard token.refreshTokenBytes != nil else { return nil }
    let found = (byIdentity[Identity(token)] ?? []).first { id in
      guard let entry = entries[id], entry.core.place == nil else { return false }
      return isCurrent && token.userID != nil || entry.token.isSamePair(as: token)
        || token.isPredecessor(of: entry.token)
    }
    return found.flatMap { use($0) }
  }

  private func add(_ core: SessionCore, _ token: Token) {
    let identity = Identity(token)
    let id = ObjectIdentifier(core)
    entries[id] = Entry(core: core, identity: identity, token: token)
    byIdentity[identity, default: []].append(id)
  }

  private func hide(_ id: ObjectIdentifier, _ key: StoreKey?) {
    guard let identity = entries[id]?.identity else { return }
    byIdentity[identity]?.removeAll { $0 == id }
    if byIdentity[identity]?.isEmpty == true { byIdentity[identity] = nil }
    if let key, byKey[key] == id { byKey[key] = nil }
  }
}

/// Keeps a session in its client's table while there is a handle, a running refresh or an unsaved token pair.
final class SessionLease: Sendable {
  let core: SessionCore

  /// Only the table creates leases. It has already counted this one.
  fileprivate init(_ core: SessionCore) {
    self.core = core
  }

  deinit {
    core.environment.table.release(core)
  }
}
