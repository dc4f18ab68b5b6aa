import Synchronization

extension SessionCore {
  /// Refreshes the token pair (access and refresh token) of a stored session: takes the store's lock, reads the store,
  /// sends the refresh, saves the new pair, and only then lets calls use it.
  ///
  /// Nothing is sent without the lock: of two concurrent refreshes of one token pair, one would end with tokens that
  /// the server no longer accepts. If a relogin handler takes longer than the lock lasts, `late` receives its
  /// credentials, and nothing more is done under this lock.
  func refreshStored(
    _ place: StorePlace,
    _ context: CallContext,
    _ late: inout Credentials?
  ) -> SessionStateMachine.RefreshResult {
    do throws(PeerIDError) {
      let result = try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) {
        (lock) throws(PeerIDError) -> SessionStateMachine.RefreshResult in
        if let isOver { return .refused(isOver) }
        let stored = try place.load(lock)
        let decision = decide(token, stored)
        // Another process may have set the account.
        if let stored, decision != .anotherUser { learn(stored.identity) }
        let mine = token
        switch decision {
        case .renew, .renewNewer, .renewRival: break
        case .adopt, .loggedOut, .anotherUser: return follow(decision, stored)
        }
        try place.reserve(lock)
        // The timeout of the request starts now, however long the wait for the lock was: abandoning a request that was
        // sent would lose the new token pair.
        var result = renew(mine, environment.refreshContext(), above: stored?.generation ?? 0, late: &late)
        if late != nil { return result }
        if case .refused = result {
          if let found = lateWriter(of: mine, place, lock) { return found }
          result = withOtherPair(result)
        }
        switch result {
        case .renewed(let pair):
          save(pair, in: place, replacing: stored, lock)
        case .adopted(let pair):
          if let stored, stored.isSamePair(as: pair) { return follow(.adopt, stored) }
          let next = pair.asGeneration(max(mine.generation, stored?.generation ?? 0) &+ 1)
          save(next, in: place, replacing: stored, lock)
          result = .adopted(next)
        default: break
        }
        return result
      }
      // Retry only after the lock is released, because the retry may begin at once and needs the lock.
      if withState({ $0.saving.isNeglected }) { keepTryingToSave() }
      return result
    } catch {
      return .transient(error)
    }
  }

  func decide(_ mine: Token, _ stored: Token?) -> StoredPairDecision {
    withState { StoredPairDecision.decide(mine: mine, saving: $0.saving, stored: stored) }
  }

  /// Uses the stored tokens instead of this session's.
  private func follow(_ decision: StoredPairDecision, _ stored: Token?) -> SessionStateMachine.RefreshResult {
    switch (decision, stored) {
    case (.adopt, let stored?), (.renew, let stored?), (.renewNewer, let stored?), (.renewRival, let stored?):
      withState { $0.saving.settle(stored.generation) }
      return .adopted(stored)
    case (.anotherUser, _): return .refused(Self.replacedByAnotherUser)
    default:
      return .refused(PeerIDError(.loginRequired, "the session was logged out elsewhere: log the user in again"))
    }
  }

  static var replacedByAnotherUser: PeerIDError {
    PeerIDError(
      .loginRequired,
      "another user was logged in under the key of this session: open it again"
    )
  }

  /// Takes over the stored token pair when the session is opened again; returns `false` if the stored pair is another
  /// user's. `order` is the sequence number of the read of the store.
  func follow(opened stored: Token, read order: UInt64) -> Bool {
    learn(stored: stored, read: order)
    switch decide(token, stored) {
    case .anotherUser: return false
    case .adopt:
      withState { $0.saving.settle(stored.generation) }
      offer(stored)
    case .renew, .renewNewer, .renewRival, .loggedOut: break
    }
    return true
  }

  // MARK: - Late writers

  /// How long to poll the store after a refused refresh, in milliseconds, because another process may be about to save
  /// a new token pair. This is the time for a token that the server has accepted in this process.
  private static let patience: Int64 = 3000
  /// The same, for a token that the server has not accepted in this process yet.
  private static let patienceForUnusedPair: Int64 = 500
  /// How many sessions of a client poll at a time.
  static let maximumWaits = WorkerPool.maximumThreads / 4

  /// Polls the store for some time before a refusal ends the session. The refusal may mean that another process has
  /// refreshed the token pair but has not saved it yet, because it lost its lock or its store failed for a while. The
  /// store is read without its lock, which the other process needs.
  func followLateWriter(
    _ result: SessionStateMachine.RefreshResult,
    _ place: StorePlace,
    _ flight: RefreshFlight,
    _ context: CallContext
  ) -> SessionStateMachine.RefreshResult {
    guard case .refused(let error) = result, error.isUsedRefreshToken else { return result }
    let (mine, isAccepted) = withState { state in
      flight.verdict = error
      return (state.machine.token, state.machine.isAccepted)
    }
    // Each wait occupies one of the few refresh threads, which other sessions also need. A session that does not poll
    // reads the store again in its next call.
    let waits = environment.lateWriterWaits.wrappingAdd(1, ordering: .relaxed).newValue
    defer { environment.lateWriterWaits.wrappingSubtract(1, ordering: .relaxed) }
    guard waits <= Self.maximumWaits else { return result }
    let patience = isAccepted ? Self.patience : Self.patienceForUnusedPair
    let end = environment.clock.monotonicMilliseconds() + patience
    var isLast = false
    while true {
      if let found = lateWriter(of: mine, place) { return found }
      if isLast { return result }
      // This process may be stopped during a pause, so the time is read before the last look, not after it.
      isLast = context.pause(milliseconds: 50) != nil || environment.clock.monotonicMilliseconds() >= end
    }
  }

  /// The token pair that the store now has instead of `mine`, whose refresh token was refused; `nil` if the pair is the
  /// same or the store fails.
  func lateWriter(
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
    let decision = decide(mine, stored)
    switch decision {
    case .renew: return nil
    // While the server may not have saved this token pair, the refusal does not mean that the older, stored one is
    // valid.
    case .renewNewer where isInDoubtOfRefusal: return nil
    case .renewNewer, .renewRival, .adopt, .loggedOut, .anotherUser: return follow(decision, stored)
    }
  }
}
