import Synchronization

extension ClientCore {
  /// The place of a key in the configured store.
  func place(_ key: String) throws(PeerIDError) -> StorePlace {
    guard let store = configuration.store else {
      throw PeerIDError(.configuration, "there is a key but no store: set one on the configuration")
    }
    try SessionStore.check(key: key)
    return StorePlace(store: store, key: key)
  }

  /// How long a refreshed pair may be unknown to a log in, in milliseconds, with a margin.
  private static let unsavedPairMilliseconds: Int64 = 100

  /// Where the pair of a new session comes from.
  enum Origin {
    case logIn
    case exchange
    case restore
  }

  /// Begins a session with a token that `obtain` gets from the server. With a key it is stored before this returns.
  ///
  /// The store is looked at before anything is sent: what is damaged there must not cost a pair.
  func begin(
    key: String?,
    keeping credentials: Credentials? = nil,
    by origin: Origin,
    _ context: CallContext,
    obtain: () throws(PeerIDError) -> Token
  ) throws(PeerIDError) -> Session {
    guard let key else {
      return Session(core: self, token: try obtain(), place: nil, credentials: credentials)
    }
    let place = try place(key)
    let token = try context.inStore { () throws(PeerIDError) in
      try beginStored(place, by: origin, context, obtain)
    }
    return Session(core: self, token: token, place: place, credentials: credentials)
  }

  private func beginStored(
    _ place: StorePlace,
    by origin: Origin,
    _ context: CallContext,
    _ obtain: () throws(PeerIDError) -> Token
  ) throws(PeerIDError) -> Token {
    try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) {
      (lock) throws(PeerIDError) -> Token in
      let stored = try place.load(lock)
      try place.reserve(lock)
      var obtained = try obtain()
      // Logging in again gives back the pair that is stored already.
      if let stored, stored.isSamePair(as: obtained) { return stored }
      // Until the server has saved a refreshed pair (24 ms at the most, measured) a log in gives the old one back, which
      // must not replace the new one that the store holds.
      if let stored, origin == .logIn {
        if let interruption = context.pause(milliseconds: Self.unsavedPairMilliseconds) {
          throw PeerIDError(interruption, .notSent, while: "waiting for the server to save a refreshed pair")
        }
        obtained = try obtain()
        if stored.isSamePair(as: obtained) { return stored }
      }
      let newest = max(stored?.generation ?? 0, unsaved.token(forKey: place.key)?.generation ?? 0)
      let token = obtained.asGeneration(max(newest &+ 1, obtained.generation))
      do throws(PeerIDError) {
        guard try place.save(token, expected: stored?.generation ?? 0, lock) else {
          throw PeerIDError(.store, "somebody else wrote the session while its lock was held; log in again")
        }
      } catch {
        // The code is spent, and its pair is lost.
        throw origin == .exchange ? error.withOutcome(.unknown, prefix: "the code was exchanged, but ") : error
      }
      // Whatever could not be saved of an earlier session has been superseded.
      unsaved.forget(key: place.key)
      return token
    }
  }
}

extension Session {
  /// Renews the pair of a stored session: lock, read, send, save, and only then is the new pair anybody's.
  ///
  /// Without the lock nothing is sent: two refreshes of one pair at a time would leave one of them with a dead pair.
  func refreshShared(_ place: StorePlace, _ context: CallContext) -> SessionStateMachine.RefreshResult {
    do throws(PeerIDError) {
      let result = try place.withLock(
        timeoutMilliseconds: context.remainingMilliseconds,
        context,
        really: core.configuration.works(.storeLock)
      ) { (lock) throws(PeerIDError) -> SessionStateMachine.RefreshResult in
        let (mine, isOver) = withState { ($0.token, $0.isOver) }
        if let isOver { return .refused(isOver) }
        let stored = core.configuration.works(.readingFirst) ? try place.load(lock) : mine
        let newest = newest(stored, at: place)
        guard SharedRefresh.decide(mine: mine, newest: newest) == .renew else { return follow(newest, from: mine) }
        try place.reserve(lock)
        // The wait for the lock must not be at the expense of the request: giving up one that is on its way loses the pair.
        let result = renew(mine, core.refreshContext())
        if case .refused = result { return lateSibling(of: mine, place, lock) ?? result }
        guard case .renewed(let renewed) = result else { return result }
        if !core.configuration.works(.savingFirst) { publishEarly(renewed) }
        save(renewed, in: place, replacing: stored, lock)
        return result
      }
      // Not before the lock is given back: it may try at once.
      if withState({ _ in saving.isNeglected }) { keepTryingToSave() }
      return result
    } catch {
      return .transient(error)
    }
  }

  /// The pair in the store, or the one that this or another session of the client could not save in its place yet.
  private func newest(_ stored: Token?, at place: StorePlace) -> Token? {
    guard let stored else { return nil }
    let own = successor(of: stored)
    let other = core.unsaved.session(forKey: place.key)?.successor(of: stored)
    if let own, let other { return own.generation > other.generation ? own : other }
    return own ?? other ?? stored
  }

  /// Takes over what the store holds instead of this session's pair.
  private func follow(_ newest: Token?, from mine: Token) -> SessionStateMachine.RefreshResult {
    switch (SharedRefresh.decide(mine: mine, newest: newest), newest) {
    case (.anotherUser, _):
      return .refused(
        PeerIDError(.loginRequired, "another user was logged in under the key of this session: open it again")
      )
    case (.adopt, let newest?), (.renew, let newest?):
      lock.withLock {
        if saving.unsaved?.isSamePair(as: newest) != true { saving.abandon() }
      }
      return .renewed(newest)
    case (.loggedOut, _), (.adopt, nil), (.renew, nil):
      return .refused(PeerIDError(.loginRequired, "the session was logged out elsewhere: log the user in again"))
    }
  }

  /// How long a refused session looks into the store for the pair of a sibling that is about to save it.
  private static let siblingPatience: Int64 = 3000
  /// How many sessions of a client do so at a time.
  private static let maximumSiblingWaits = WorkerPool.maximumThreads / 4

  /// A refused refresh token may mean that a sibling has renewed the pair and is about to save it: its lock was lost, or
  /// its store failed for a while. Before the session is declared over the store is read for some time, without the
  /// lock, which the sibling needs.
  func followLateSibling(
    _ result: SessionStateMachine.RefreshResult,
    _ place: StorePlace,
    _ context: CallContext
  ) -> SessionStateMachine.RefreshResult {
    guard case .refused(let error) = result, error.isSpentRefreshToken else { return result }
    // Each of these waits has one of the few threads that refresh, and the healthy sessions need some as well. Whoever
    // does not wait looks into the store again with its next call.
    let waits = core.siblingWaits.wrappingAdd(1, ordering: .relaxed).newValue
    defer { core.siblingWaits.wrappingSubtract(1, ordering: .relaxed) }
    guard waits <= Self.maximumSiblingWaits else { return result }
    let mine = token
    let end = core.clock.monotonicMilliseconds() + Self.siblingPatience
    while core.clock.monotonicMilliseconds() < end {
      if let found = lateSibling(of: mine, place) { return found }
      if context.pause(milliseconds: 50) != nil { return result }
    }
    return result
  }

  /// What the store holds by now instead of a pair whose refresh token is spent. A store that fails may hold anything.
  private func lateSibling(
    of mine: Token,
    _ place: StorePlace,
    _ lock: SessionStore.LockToken = 0
  ) -> SessionStateMachine.RefreshResult? {
    let stored: Token?
    do throws(PeerIDError) {
      stored = try place.load(lock)
    } catch {
      return nil
    }
    let newest = newest(stored, at: place)
    return SharedRefresh.decide(mine: mine, newest: newest) == .renew ? nil : follow(newest, from: mine)
  }

  /// How often a session that is over because its refresh token is spent looks into the store at the most, in
  /// milliseconds.
  private static let secondLookInterval: Int64 = 1000

  /// A sibling may save the pair that it got instead of this session's late: its store failed for a while. So a session
  /// that is over looks into the store when it is used, beside the call, and goes on with what it finds.
  func lookIntoStoreAgain() {
    let now = core.clock.monotonicMilliseconds()
    let isDue = lock.withLock {
      guard now >= nextSecondLook else { return false }
      nextSecondLook = now + Self.secondLookInterval
      return true
    }
    guard isDue, let place else { return }
    _ = core.workers.run { [self] in
      let mine = token
      guard case .renewed(let found)? = lateSibling(of: mine, place) else { return }
      let now = core.clock.monotonicMilliseconds()
      let serverNow = core.transport.serverClock.nowMilliseconds
      let goesOn = withState { machine in
        guard machine.isOver?.isSpentRefreshToken == true else { return false }
        machine.replace(with: found, now: now, serverNow: serverNow)
        adoptHeaders(for: found)
        return true
      }
      if goesOn { core.configuration.log(.info, "the session goes on with a pair that another process has saved") }
    }
  }

  /// Saves a new pair. If that fails the session goes on in memory and saving is tried again.
  ///
  /// - Returns: whether it is saved.
  @discardableResult
  private func save(
    _ pair: Token,
    in place: StorePlace,
    replacing stored: Token?,
    _ storeLock: SessionStore.LockToken
  ) -> Bool {
    var failure: PeerIDError
    do throws(PeerIDError) {
      if try place.save(pair, expected: stored?.generation ?? 0, storeLock) {
        lock.withLock { saving.settled(generation: pair.generation) }
        return true
      }
      failure = PeerIDError(.store, "somebody else wrote the session while its lock was held")
    } catch {
      failure = error
    }
    failure = failure.withOutcome(
      .unknown,
      prefix: "the new tokens are in use, but could not be saved; saving is tried again: "
    )
    core.configuration.log(.error, "\(failure)")
    let now = core.clock.monotonicMilliseconds()
    lock.withLock { saving.failed(failure, pair, replacing: stored, now: now) }
    return false
  }
}
