// Saves new token pairs, and retries when the store fails.

extension SessionCore {
  /// Whether there is an unsaved token pair and the session is not over.
  var mayBeSaved: Bool {
    withState { $0.machine.isOver == nil && $0.saving.failure != nil }
  }

  /// Saves a new token pair under the store's lock. If that fails, the session continues in memory and saving is
  /// retried.
  func save(_ pair: Token, in place: StorePlace, replacing stored: Token?, _ lock: SessionStore.LockToken) {
    var failure: PeerIDError
    do throws(PeerIDError) {
      if try place.save(pair, expected: stored?.generation ?? 0, lock) {
        withState { $0.saving.settle(pair.generation) }
        return
      }
      failure = PeerIDError(.store, "the session was modified despite the lock")
    } catch {
      failure = error
    }
    failure = failure.withOutcome(
      .unknown,
      prefix: "the new tokens are in use, but could not be saved; saving is retried: "
    )
    environment.transport.statistics.add(.storeFailures)
    log(.error, "\(failure)")
    let now = environment.clock.monotonicMilliseconds()
    withState { $0.saving.failed(failure, pair, replacing: stored, now: now) }
  }

  /// Starts retrying in the background, unless retrying has already started.
  func keepTryingToSave() {
    let isNew = withState { state in
      guard state.saving.isNeglected else { return false }
      state.saving.isBeingTried = true
      return true
    }
    if isNew { environment.retrier.add(self, environment) }
  }

  /// Stops retrying in the background. The session's next call starts it again.
  func stopRetryingSave() {
    withState { $0.saving.isBeingTried = false }
  }

  static var rivalIsStored: PeerIDError {
    PeerIDError(.store, "the store has the tokens of another refresh; the next refresh shows which ones are valid")
  }

  /// Retries saving the token pair once.
  ///
  /// - Parameter lockTimeout: how long to wait for the lock, in milliseconds.
  /// - Returns: whether the token pair is saved, or no longer has to be saved.
  func saveAgain(lockTimeout: Int64) -> Bool {
    guard let place else { return true }
    var isRival = false
    do throws(PeerIDError) {
      return try place.withLock(timeoutMilliseconds: lockTimeout) { (storeLock) throws(PeerIDError) in
        let stored = try place.load(storeLock)
        // Another process may have removed or replaced the session: do not restore or overwrite it.
        if stored == nil { end(PeerIDError(.loginRequired, "the session was logged out: log the user in again")) }
        isRival = isOver == nil && decide(token, stored) == .renewRival
        if isRival { throw Self.rivalIsStored }
        let pair = withState { state in
          state.machine.isOver == nil ? stored.flatMap { state.saving.successor(of: $0) } : nil
        }
        guard let stored, let pair else {
          withState { $0.saving.settle(stored?.generation ?? 0) }
          return true
        }
        guard try place.save(pair, expected: stored.generation, storeLock) else {
          throw PeerIDError(.store, "the session was modified despite the lock")
        }
        withState { $0.saving.settle(pair.generation) }
        return true
      }
    } catch {
      environment.transport.statistics.add(.storeFailures)
      log(.warning, "the new tokens could not be saved yet: \(error)")
      let now = environment.clock.monotonicMilliseconds()
      withState { $0.saving.failedAgain(error, now: now) }
      // Of the two pairs, the server accepts one.
      if isRival { _ = reply(to: .refresh(supersedes: token.generation)) }
      return false
    }
  }
}
