extension SessionCore {
  /// Keeps in memory what is known of the session's user.
  func learn(_ identity: Token.Identity) {
    withState { $0.machine.learn(identity) }
  }

  /// Keeps the account that the application has set, in the store as well.
  func setAccount(_ account: Account, _ context: CallContext) throws(PeerIDError) {
    var identity = Token.Identity()
    identity.account = account
    guard let place else { return learn(identity) }
    try context.inStore { () throws(PeerIDError) in
      try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) { (lock) throws(PeerIDError) in
        guard let stored = try place.load(lock) else {
          throw PeerIDError(.loginRequired, "the session was logged out elsewhere: log the user in again")
        }
        if let user = stored.userID, let own = token.userID, user != own { throw Self.replacedByAnotherUser }
        _ = try place.add(identity, to: stored, lock)
        // Under the lock, so that a refresh does not bring back what it read before.
        learn(identity)
      }
    }
  }
}

extension StorePlace {
  /// Adds what is known of the user to the pair that the store holds; returns that pair.
  ///
  /// The generation stays: it tells which pair is newer, and this is the same one.
  func add(
    _ identity: Token.Identity,
    to stored: Token,
    _ lock: SessionStore.LockToken
  ) throws(PeerIDError) -> Token {
    let named = stored.identified { $0 = identity.filled(from: $0) }
    if named.identity == stored.identity { return stored }
    guard try save(named, expected: stored.generation, lock) else {
      throw PeerIDError(.store, "the session was modified despite the lock; try again")
    }
    return named
  }
}
