import Synchronization

extension SessionCore {
  /// Refreshes the pair of a stored session: lock, read, send, save, and only then publish the new pair.
  ///
  /// Without the lock nothing is sent: two refreshes of one pair at a time would leave one of them with a dead pair.
  func refreshStored(_ place: StorePlace, _ context: CallContext) -> SessionStateMachine.RefreshResult {
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
        case .renew, .renewNewer: break
        case .adopt, .loggedOut, .anotherUser: return follow(decision, stored)
        }
        try place.reserve(lock)
        // The wait for the lock must not shorten the request's time: giving up one that is on its way loses the pair.
        var result = renew(mine, environment.refreshContext(), above: stored?.generation ?? 0)
        if case .refused = result, decision == .renewNewer { return follow(.adopt, stored) }
        if case .refused = result {
          if let found = lateWriter(of: mine, place, lock) { return found }
          result = withOtherPair(result)
        }
        switch result {
        case .renewed(let pair):
          save(pair, in: place, replacing: stored, lock)
        case .adopted(let pair) where stored?.isSamePair(as: pair) != true:
          let next = pair.asGeneration(max(mine.generation, stored?.generation ?? 0) &+ 1)
          save(next, in: place, replacing: stored, lock)
          result = .adopted(next)
        default: break
        }
        return result
      }
      // Not before the lock is released: the retry may begin at once.
      if withState({ $0.saving.isNeglected }) { keepTryingToSave() }
      return result
    } catch {
      return .transient(error)
    }
  }

  private func decide(_ mine: Token, _ stored: Token?) -> StoredPairDecision {
    withState { state in
      StoredPairDecision.decide(
        mine: mine,
        replaced: state.saving.unsaved == nil ? nil : state.saving.replaced,
        savedGeneration: state.saving.savedGeneration,
        stored: stored
      )
    }
  }

  /// Uses what the store holds instead of this session's pair.
  private func follow(_ decision: StoredPairDecision, _ stored: Token?) -> SessionStateMachine.RefreshResult {
    switch (decision, stored) {
    case (.adopt, let stored?), (.renew, let stored?), (.renewNewer, let stored?):
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

  /// Takes over what the store holds when the session is opened again; returns `false` when it is another user's. `order`
  /// tells when it was read.
  func follow(opened stored: Token, read order: UInt64) -> Bool {
    learn(stored: stored, read: order)
    switch decide(token, stored) {
    case .anotherUser: return false
    case .adopt:
      withState { $0.saving.settle(stored.generation) }
      offer(stored)
    case .renew, .renewNewer, .loggedOut: break
    }
    return true
  }

  // MARK: - Late writers

  /// How long a refused session looks into the store for the pair of another process that is about to save it: when the
  /// server accepted its own pair before, …
  private static let patience: Int64 = 3000
  /// … and when this process has only just read it.
  private static let patienceForUnusedPair: Int64 = 500
  /// How many sessions of a client do so at a time.
  private static let maximumWaits = WorkerPool.maximumThreads / 4

  /// A refused refresh token may mean that another process has refreshed the pair and is about to save it: its lock was
  /// lost, or its store failed for a while. Before the session is over the store is read for some time, without the
  /// lock, which the other process needs.
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
    // Each of these waits has one of the few threads that refresh, and other sessions need some as well. A session that
    // does not wait reads the store again with its next call.
    let waits = environment.lateWriterWaits.wrappingAdd(1, ordering: .relaxed).newValue
    defer { environment.lateWriterWaits.wrappingSubtract(1, ordering: .relaxed) }
    guard waits <= Self.maximumWaits else { return result }
    let patience = isAccepted ? Self.patience : Self.patienceForUnusedPair
    let end = environment.clock.monotonicMilliseconds() + patience
    while environment.clock.monotonicMilliseconds() < end {
      if let found = lateWriter(of: mine, place) { return found }
      if context.pause(milliseconds: 50) != nil { return result }
    }
    return result
  }

  /// What the store holds by now instead of a pair whose refresh token is refused; `nil` when it is the same, or when
  /// the store fails.
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
    return decision == .renew ? nil : follow(decision, stored)
  }
}
