/// Begins, opens and logs out sessions. A session's token pair comes from the server, the application or the store.
struct SessionOpening {
  /// The source of the tokens of a new session.
  enum Origin {
    case logIn
    case exchange
    case restore
  }

  let environment: SessionEnvironment

  /// Begins a session with the token pair that `obtain` returns. With a key, the token pair is stored before this
  /// function returns.
  ///
  /// The store is read before anything is sent. So if the entry of the key is damaged, the call fails before the server
  /// issues a token pair that could not be stored.
  @inline(never)
  func begin(
    key: String?,
    by origin: Origin,
    credentials: Credentials? = nil,
    _ context: CallContext,
    obtain: () throws(PeerIDError) -> Token
  ) throws(PeerIDError) -> SessionLease {
    let kept = environment.configuration.options.keepsCredentials ? credentials : nil
    if let key {
      let place = try place(key)
      return try context.inStore { () throws(PeerIDError) in
        try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) {
          (lock) throws(PeerIDError) -> SessionLease in
          let token = try store(in: place, by: origin, context, lock) { () throws(PeerIDError) in
            try context.outOfStore(obtain)
          }
          return adopt(token, at: place, kept)
        }
      }
    }
    let (order, asked) = (environment.nextOrder(), environment.times)
    let token = try obtain()
    let lease = environment.table.session(
      for: token,
      isCurrent: origin != .restore,
      doubtPeriod: environment.policy.foreignDoubtPeriod,
      serverNow: environment.serverTime(at: asked)
    ) { SessionCore(environment: environment, token: $0, place: nil, credentials: kept) }
    lease.core.offer(token, sent: order, asked: asked, credentials: kept)
    return lease
  }

  /// Opens a stored session.
  func open(key: String, _ context: CallContext) throws(PeerIDError) -> SessionLease {
    let place = try place(key)
    let present = environment.table.session(forKey: key)
    let order = environment.nextOrder()
    let stored: Token?
    do throws(PeerIDError) {
      stored = try context.inStore { () throws(PeerIDError) in try place.load() }
    } catch {
      // The store fails, and the newest tokens of this session are only in memory.
      if let present, present.core.mayBeSaved { return present }
      throw error
    }
    guard let stored else {
      throw PeerIDError(.loginRequired, "no session is stored under the key '\(key.cut(to: 80))': log the user in")
    }
    if let present, present.core.isOver == nil || present.core.isOver?.isUsedRefreshToken == true,
      present.core.follow(opened: stored, read: order)
    {
      return present
    }
    return adopt(stored, at: place, nil)
  }

  /// Logs out. A session with a key ends for all its handles. A session in memory ends only with its last handle.
  func logOut(_ core: SessionCore, _ context: CallContext) throws(PeerIDError) {
    guard let place = core.place else {
      if environment.table.removeUnlessShared(core) { core.end(Self.loggedOut) }
      return
    }
    core.end(Self.loggedOut)
    try context.inStore { () throws(PeerIDError) in
      try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) { (lock) throws(PeerIDError) in
        if isOfAnotherUser(place, core.token, lock) { return }
        try context.willChangeStore()
        try place.store.backend.remove(place.key, lock)
      }
    }
  }

  static var loggedOut: PeerIDError {
    PeerIDError(.loginRequired, "the session was logged out: log the user in again")
  }

  /// The place of a key: the configured store and the key in it.
  func place(_ key: String) throws(PeerIDError) -> StorePlace {
    guard let store = environment.configuration.store else {
      throw PeerIDError(.configuration, "there is a key but no store: set one on the configuration")
    }
    try SessionStore.check(key: key)
    return StorePlace(store: store, key: key, statistics: environment.transport.statistics)
  }

  // MARK: - Steps

  /// How often a login is saved, if another process changes the entry each time after it was read.
  private static let maximumSaves = 3

  /// Obtains a token pair, stores it, and returns it. If the server returned the stored pair, or an older one that it
  /// will soon stop accepting, the stored pair is kept and returned.
  private func store(
    in place: StorePlace,
    by origin: Origin,
    _ context: CallContext,
    _ lock: SessionStore.LockToken,
    _ obtain: () throws(PeerIDError) -> Token
  ) throws(PeerIDError) -> Token {
    var stored = try place.load(lock)
    try place.reserve(lock)
    var asked = environment.times
    var answer = try obtain()
    if origin == .restore { try context.willChangeStore() }
    do throws(PeerIDError) {
      for _ in 0..<Self.maximumSaves {
        var (obtained, keepsStored) = (answer, false)
        let present = environment.table.session(forKey: place.key)?.core
        if origin == .logIn { (obtained, keepsStored) = try settled(answer, asked, stored, present, context, obtain) }
        if let stored {
          // The store's account takes precedence: this process or a copy of the tokens may hold an older one.
          let identity = stored.identity.filled(from: obtained.identity)
          if keepsStored || stored.isSamePair(as: obtained) { return add(identity, to: stored, in: place, lock) }
          if let user = stored.userID, user == obtained.userID {
            obtained = obtained.identified { $0 = identity }
          }
        }
        let newest = max(stored?.generation ?? 0, present?.token.generation ?? 0)
        let token = obtained.asGeneration(max(newest &+ 1, obtained.generation))
        if try place.save(token, expected: stored?.generation ?? 0, lock) { return token }
        // The lock was lost, and another process has saved a pair. Which one is newer, only the server knows.
        guard origin == .logIn else { break }
        stored = try place.load(lock)
        asked = environment.times
        answer = try obtain()
      }
      throw PeerIDError(.store, "the session was modified despite the lock; log in again")
    } catch {
      switch origin {
      // The authorization code was used, and its tokens are lost.
      case .exchange:
        let lost = error.withOutcome(.unknown, prefix: "the code was exchanged, but ")
        environment.configuration.report(lost, of: place.name, in: "exchange")
        throw lost
      // The login reached the server, and can be repeated.
      case .logIn: throw error.afterAnswer
      case .restore: throw error
      }
    }
  }

  /// Repeats the login while the server may not have saved the stored token pair yet. Returns the pair of the last
  /// login, and whether to ignore it and keep the stored pair.
  private func settled(
    _ first: Token,
    _ asked: SessionEnvironment.Times,
    _ stored: Token?,
    _ present: SessionCore?,
    _ context: CallContext,
    _ logIn: () throws(PeerIDError) -> Token
  ) throws(PeerIDError) -> (pair: Token, keepsStored: Bool) {
    var (obtained, asked) = (first, asked)
    var pause = SessionCore.unsavedPause
    while true {
      // The session's newest token pair may not be in the store yet.
      var newer = present?.newer(than: obtained, asked: asked)
      // After a lost lock, another process may have saved a later one.
      if let pair = newer, let stored, stored.generation > pair.generation { newer = nil }
      obtained = newer ?? obtained
      guard let stored else { return (obtained, false) }
      let now = environment.serverTime(at: asked)
      let policy = environment.policy
      let decision = LogInDecision.decide(
        obtained: obtained,
        stored: stored,
        isNew: newer == nil && stored.isYounger(than: policy.storedRefusalAge, serverNow: now),
        mayBeUnsaved: stored.isYounger(than: policy.foreignDoubtPeriod, serverNow: now),
        isOver: present.map { $0.isOver != nil && $0.token.isSamePair(as: stored) } ?? false
      )
      switch decision {
      case .keepStored: return (obtained, true)
      case .replace: return (obtained, false)
      case .askAgain:
        try context.outOfStore { () throws(PeerIDError) in
          guard let interruption = context.pause(milliseconds: pause) else { return }
          throw PeerIDError(interruption, .notDone, while: "waiting for the server to save the session's new tokens")
        }
        asked = environment.times
        do throws(PeerIDError) {
          obtained = try logIn()
        } catch {
          throw error.afterAnswer
        }
        pause *= 2
      }
    }
  }

  /// Adds the user's identity to the stored token pair. A failure is only logged, because the login has succeeded, and
  /// the next save stores the identity, too.
  private func add(
    _ identity: Token.Identity,
    to stored: Token,
    in place: StorePlace,
    _ lock: SessionStore.LockToken
  ) -> Token {
    do throws(PeerIDError) {
      return try place.add(identity, to: stored, lock)
    } catch {
      environment.log(.warning, of: place.name, "the user's identity is not stored: \(error)")
      return stored.identified { $0 = identity.filled(from: $0) }
    }
  }

  /// The session of a key for a stored token pair: the present session if it is the same user's, otherwise a new one.
  private func adopt(_ token: Token, at place: StorePlace, _ kept: Credentials?) -> SessionLease {
    let core = SessionCore(environment: environment, token: token, place: place, credentials: kept)
    core.withState { $0.saving.settle(token.generation) }
    let (lease, _) = environment.table.session(forKey: place.key, orElse: core, token, replaces: false)
    if lease.core === core { return lease }
    if token.isOfAnotherUser(than: lease.core.token) {
      let (mine, replaced) = environment.table.session(forKey: place.key, orElse: core, token, replaces: true)
      replaced?.end(SessionCore.replacedByAnotherUser)
      return mine
    }
    if lease.core.offer(token, credentials: kept) { return lease }
    // The present session was logged out meanwhile.
    return environment.table.session(forKey: place.key, orElse: core, token, replaces: true).session
  }

  /// Whether the store now holds another user's session under the key. `false` if the entry cannot be read: a logout
  /// removes a damaged entry.
  private func isOfAnotherUser(_ place: StorePlace, _ mine: Token, _ lock: SessionStore.LockToken) -> Bool {
    do throws(PeerIDError) {
      return try place.load(lock)?.isOfAnotherUser(than: mine) ?? false
    } catch {
      return false
    }
  }
}
