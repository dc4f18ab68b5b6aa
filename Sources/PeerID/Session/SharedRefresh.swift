/// What a refresh of a stored session does once it holds the lock and has read the store.
enum SharedRefresh {
  enum Decision: Equatable {
    /// Take the pair that is there, send nothing.
    case adopt
    /// Renew the pair.
    case renew
    /// Somebody has logged the session out.
    case loggedOut
    /// Somebody has logged another user in. Nothing may be done in that user's name here.
    case anotherUser
  }

  /// The store is the truth: whatever it holds, somebody has got it from the server later than this session its own.
  ///
  /// - Parameters:
  ///   - mine: the pair of this session.
  ///   - newest: the pair in the store, or the one that could not be saved in its place yet; `nil` when there is none.
  /// - Returns: what to do.
  static func decide(mine: Token, newest: Token?) -> Decision {
    guard let newest else { return .loggedOut }
    if newest.isSamePair(as: mine) { return .renew }
    if let user = newest.userID, let own = mine.userID, user != own { return .anotherUser }
    return .adopt
  }
}
