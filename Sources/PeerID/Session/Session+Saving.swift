// How a session whose newest pair could not be saved is saved later.

extension Session {
  /// The newest pair: perhaps one that could not be saved a moment ago and that nobody uses yet.
  var newestToken: Token {
    let (current, unsaved) = withState { ($0.token, saving.unsaved) }
    guard let unsaved, unsaved.generation > current.generation else { return current }
    return unsaved
  }

  var isUnsaved: Bool {
    lock.withLock { saving.failure != nil }
  }

  /// Why the pair that the session uses is not in the store, whoever could not save it; `nil` when it is.
  var savingFailure: PeerIDError? {
    if let own = lock.withLock({ saving.failure }) { return own }
    guard let place, let sibling = core.unsaved.session(forKey: place.key), sibling !== self,
      sibling.newestToken.isSamePair(as: token)
    else { return nil }
    return sibling.lock.withLock { sibling.saving.failure }
  }

  /// Whether there is a pair to be saved, and the session is not over.
  var mayBeSaved: Bool {
    withState { $0.isOver == nil && saving.failure != nil }
  }

  func isSavingDue(now: Int64) -> Bool {
    lock.withLock { saving.isDue(now: now) }
  }

  /// Lets the client's job try again, unless it does already.
  func keepTryingToSave() {
    let isNews = lock.withLock {
      guard saving.isNeglected else { return false }
      saving.isBeingTried = true
      return true
    }
    if isNews, let place { core.unsaved.add(self, key: place.key) }
  }

  /// Nobody tries to save the pair any more; the next call of the session takes it up again.
  func neglectSaving() {
    lock.withLock { saving.isBeingTried = false }
  }

  /// The pair of this session that comes after what the store holds and could not be saved there; `nil` when there is
  /// none.
  func successor(of stored: Token) -> Token? {
    lock.withLock { saving.successor(of: stored) }
  }

  /// Whether the pair that this session could not save comes after the one that another session could not save in the
  /// same place.
  func supersedes(_ other: Session) -> Bool {
    let (mine, theirs) = (lock.withLock { saving }, other.lock.withLock { other.saving })
    guard let pair = mine.unsaved, let replaced = mine.replaced else { return false }
    return theirs.successor(of: replaced).map { $0.generation < pair.generation } ?? false
  }

  /// What could not be saved is superseded.
  func abandonSaving() {
    lock.withLock { saving.abandon() }
  }

  /// Tries once more to save the pair.
  ///
  /// - Parameter lockTimeout: how long to wait for the lock, in milliseconds.
  /// - Returns: whether it is saved, or need not be saved any more.
  func saveAgain(lockTimeout: Int64) -> Bool {
    guard let place else { return true }
    do throws(PeerIDError) {
      return try place.withLock(timeoutMilliseconds: lockTimeout) { (storeLock) throws(PeerIDError) in
        let isOver = withState { $0.isOver != nil }
        let stored = try place.load(storeLock)
        // The session must not come back when somebody has removed it, and not overwrite another one.
        if stored == nil { end() }
        guard let stored, !isOver, let pair = successor(of: stored) else {
          lock.withLock { saving.abandon() }
          return true
        }
        guard try place.save(pair, expected: stored.generation, storeLock) else {
          throw PeerIDError(.store, "somebody else wrote the session while its lock was held")
        }
        lock.withLock { saving.settled(generation: pair.generation) }
        return true
      }
    } catch {
      core.configuration.log(.warning, "the new tokens of a session could not be saved yet: \(error)")
      let now = core.clock.monotonicMilliseconds()
      lock.withLock { saving.failedAgain(error, now: now) }
      return false
    }
  }
}
