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

  /// Tries once more to save the pair.
  ///
  /// - Returns: whether it is saved, or need not be saved any more.
  func saveAgain() -> Bool {
    guard let place else { return true }
    let timeout = core.configuration.options.refreshTimeoutMilliseconds
    do throws(PeerIDError) {
      return try place.withLock(timeoutMilliseconds: timeout) { (storeLock) throws(PeerIDError) in
        let (isOver, unsaved, expected) = withState { ($0.isOver != nil, saving.unsaved, saving.expected) }
        guard let unsaved else { return true }
        let stored = try place.load(storeLock)
        // The session must not come back when it is over here, or when somebody has removed it.
        if stored == nil { end() }
        // What somebody else has written is newer: nobody gets a pair but by the one that is current.
        if isOver || stored?.generation != expected {
          lock.withLock { saving.settled(generation: unsaved.generation) }
          return true
        }
        guard try place.save(unsaved, expected: expected, storeLock) else { return false }
        lock.withLock { saving.settled(generation: unsaved.generation) }
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
