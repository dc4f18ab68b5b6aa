/// What a refresh of a stored session does once it holds the lock and has read the store.
enum SharedRefresh {
  enum Decision: Equatable {
    /// Somebody else has renewed the pair: take theirs, send nothing.
    case adopt
    /// Renew the pair, and save the new one over this generation (0: over nothing).
    case renew(expected: UInt64)
    /// Somebody has logged the session out.
    case loggedOut
  }

  /// - Parameters:
  ///   - mine: the generation of this process.
  ///   - stored: the generation in the store; `nil` when it holds none.
  ///   - isSamePair: whether both hold the same pair.
  ///   - isUnsaved: whether this process has a pair that it could not save.
  /// - Returns: what to do.
  static func decide(mine: UInt64, stored: UInt64?, isSamePair: Bool, isUnsaved: Bool) -> Decision {
    guard let stored else { return isUnsaved ? .renew(expected: 0) : .loggedOut }
    if stored > mine { return .adopt }
    // The same generation with another pair: the store was written while the lock was lost. The store is the truth.
    if stored == mine, !isSamePair { return .adopt }
    return .renew(expected: stored)
  }
}
