/// The next step of a stored session's refresh, after it has taken the lock and read the store.
enum StoredPairDecision: Equatable {
  /// Refresh the session's own token pair (access and refresh token).
  case renew
  /// Refresh the session's own pair, which is newer than the stored one: the pair could not be saved yet, or the store
  /// is a restored backup or a replica that lags behind. If the server refuses the session's pair, use the stored one.
  case renewNewer
  /// Refresh the session's own pair; if the server refuses it, use the stored one. Two processes have refreshed the
  /// same pair, and only the server knows which of the results it accepts.
  case renewRival
  /// Use the stored pair and send nothing: another process has refreshed.
  case adopt
  /// Another process has logged the session out.
  case loggedOut
  /// Another user was logged in under the key.
  case anotherUser

  /// Compares the session's pair with the stored one.
  ///
  /// - Parameters:
  ///   - mine: the session's pair.
  ///   - saving: whether `mine` could be saved, and what this process has seen in the store.
  ///   - stored: the pair in the store; `nil` when there is none.
  /// - Returns: what to do.
  static func decide(mine: Token, saving: SaveState, stored: Token?) -> StoredPairDecision {
    guard let stored else { return .loggedOut }
    if stored.isOfAnotherUser(than: mine) { return .anotherUser }
    if stored.isSamePair(as: mine) { return .renew }
    if saving.supersedes(stored) { return .renewNewer }
    if stored.generation < mine.generation, stored.isPredecessor(of: mine) { return .renewNewer }
    // A pair without a renewal comes from a login.
    let isUnsaved = saving.unsaved != nil || stored.generation < mine.generation
    return isUnsaved && stored.renewal != nil && !mine.isPredecessor(of: stored) ? .renewRival : .adopt
  }
}

/// What a login does if the server returned another pair than the stored one.
enum LogInDecision: Equatable {
  /// Use the stored pair.
  case keepStored
  /// Log in again after a pause.
  case askAgain
  /// Store the pair of the login.
  case replace

  /// Compares the two pairs. The server answers a refresh before it saves the new pair. A login before that returns an
  /// older pair: the previous one, or that of another refresh whose process died before it could store the pair.
  ///
  /// - Parameters:
  ///   - obtained: the pair of the login.
  ///   - stored: the pair in the store.
  ///   - isNew: whether the stored pair comes from a very recent refresh.
  ///   - mayBeUnsaved: whether the stored pair is so recent that the server may not have saved it yet.
  ///   - isOver: whether the session has the stored pair and is over: the server does not accept this pair, and has had
  ///     enough time to save it.
  /// - Returns: what to do.
  static func decide(obtained: Token, stored: Token, isNew: Bool, mayBeUnsaved: Bool, isOver: Bool) -> LogInDecision {
    if stored.isSamePair(as: obtained) { return .keepStored }
    if isOver { return .replace }
    // A server that failed before it saved the stored pair never accepts it.
    if obtained.isPredecessor(of: stored) { return mayBeUnsaved ? .keepStored : .replace }
    if obtained.isOfAnotherUser(than: stored) { return .replace }
    return isNew ? .askAgain : .replace
  }
}
