extension SessionCore {
  /// Stores the identity of the session's user in memory.
  func learn(_ identity: Token.Identity) {
    withState { $0.machine.learn(identity) }
  }

  /// Copies the user's identity from the stored token pair, unless the application has set the account since the token
  /// pair was read. `order` is the sequence number of that read.
  func learn(stored: Token, read order: UInt64) {
    withState { state in
      if stored.isOfAnotherUser(than: state.machine.token) { return }
      if order > state.accountOrder { state.machine.learn(stored.identity) }
    }
  }

  /// The account of the session's user if it is known: from memory, or from the store, where another process may have
  /// set it.
  func knownAccount(_ context: CallContext) -> Account? {
    if let account = token.account { return account }
    guard let place else { return nil }
    let order = environment.nextOrder()
    do throws(PeerIDError) {
      guard let stored = try context.inStore({ () throws(PeerIDError) in try place.load() }) else { return nil }
      learn(stored: stored, read: order)
    } catch {
      return nil
    }
    return token.account
  }

  /// Stores, in memory, an account that was found on the chain, unless the application has set one meanwhile. Returns
  /// the account that is now known.
  func keep(found account: Account) -> Account {
    withState { state in
      if let known = state.machine.token.account { return known }
      var identity = Token.Identity()
      identity.account = account
      state.machine.learn(identity)
      return account
    }
  }

  /// Stores the account that the application has set, in memory and in the store.
  func setAccount(_ account: Account, _ context: CallContext) throws(PeerIDError) {
    var identity = Token.Identity()
    identity.account = account
    guard let place else { return set(identity) }
    try context.inStore { () throws(PeerIDError) in
      try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) { (lock) throws(PeerIDError) in
        guard let stored = try place.load(lock) else {
          throw PeerIDError(.loginRequired, "the session was logged out elsewhere: log the user in again")
        }
        if stored.isOfAnotherUser(than: token) { throw Self.replacedByAnotherUser }
        try context.willChangeStore()
        _ = try place.add(identity, to: stored, lock)
        // Under the store's lock, so that a running refresh does not restore the account that it read before.
        set(identity)
      }
    }
  }

  private func set(_ identity: Token.Identity) {
    withState { state in
      state.machine.learn(identity)
      state.accountOrder = environment.nextOrder()
    }
  }
}

extension StorePlace {
  /// Adds the user's identity to the stored token pair; returns the result.
  ///
  /// The generation stays the same, because it orders pairs of tokens, and the tokens do not change.
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
