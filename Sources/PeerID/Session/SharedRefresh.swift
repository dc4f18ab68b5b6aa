/// What a refresh of a stored session does once it holds the lock and has read the store.
enum SharedRefresh {
  enum Decision: Equatable {
    /// Somebody else has renewed the pair: take theirs, send nothing.
    case adopt
    /// Renew the pair.
    case renew
    /// Somebody has logged the session out.
    case loggedOut
  }

  /// - Parameters:
  ///   - mine: the generation of this session.
  ///   - newest: the generation in the store, or a newer one that could not be saved there yet; `nil` when the store
  ///     holds none.
  ///   - isSamePair: whether both are the same pair.
  /// - Returns: what to do.
  static func decide(mine: UInt64, newest: UInt64?, isSamePair: Bool) -> Decision {
    guard let newest else { return .loggedOut }
    if newest > mine { return .adopt }
    // The same generation with another pair: the store was written while the lock was lost. The store is the truth.
    return newest == mine && !isSamePair ? .adopt : .renew
  }
}
