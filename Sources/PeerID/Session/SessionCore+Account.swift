extension SessionCore {
  /// Changes what is known of the session's user.
  func identify(_ change: (inout Token.Identity) -> Void) {
    withState { $0.machine.identify(change) }
  }

  /// Keeps the account that the application has set, in the store as well.
  func setAccount(_ account: Account, _ context: CallContext) throws(PeerIDError) {
    if let place {
      try context.inStore { () throws(PeerIDError) in
        try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) { (lock) throws(PeerIDError) in
          try save(account, in: place, lock)
        }
      }
    }
    identify { $0.account = account }
  }

  /// Adds the account to the pair that the store holds, which may be another one than the session's.
  private func save(_ account: Account, in place: StorePlace, _ lock: SessionStore.LockToken) throws(PeerIDError) {
    guard let stored = try place.load(lock) else {
      throw PeerIDError(.loginRequired, "the session was logged out elsewhere: log the user in again")
    }
    if let user = stored.userID, let own = token.userID, user != own { throw Self.replacedByAnotherUser }
    let named = stored.identified { $0.account = account }.asGeneration(stored.generation &+ 1)
    guard try place.save(named, expected: stored.generation, lock) else {
      throw PeerIDError(.store, "the session was modified despite the lock; set the account again")
    }
    withState { $0.saving.saw(named.generation) }
  }
}
