/// The pair of a session that could not be saved yet, and when saving is tried again.
struct SaveState {
  private static let firstPause: Int64 = 1000
  private static let longestPause: Int64 = 60_000

  /// The pair that is not in the store: the one that the session uses.
  private(set) var unsaved: Token?
  /// Why it is not; `nil` when there is none.
  private(set) var failure: PeerIDError?
  /// The pair that the store held when saving failed: another one means that another process has written the session.
  private(set) var replaced: Token?
  /// The generation that this process has last seen in the store.
  private(set) var savedGeneration: UInt64 = 0
  /// Whether a thread of this process tries again; none does in the child of a fork.
  var isBeingTried = false
  private var failures: Int64 = 0
  private var notBefore: Int64 = .min

  /// Whether somebody has to take over trying.
  var isNeglected: Bool { failure != nil && !isBeingTried }

  /// Whether it is time to try again.
  func isDue(now: Int64) -> Bool { failure != nil && now >= notBefore }

  /// The pair that comes after what the store holds; `nil` when there is none, or the store holds something else by now.
  func successor(of stored: Token) -> Token? {
    guard let unsaved, let replaced, stored.isSamePair(as: replaced) else { return nil }
    return unsaved.identified { $0 = stored.identity.filled(from: $0) }
  }

  /// A pair could not be saved in the place of another one.
  mutating func failed(_ error: PeerIDError, _ pair: Token, replacing stored: Token?, now: Int64) {
    unsaved = pair
    replaced = stored
    failure = error
    postpone(now: now)
  }

  /// Trying again has failed.
  mutating func failedAgain(_ error: PeerIDError, now: Int64) {
    if failure == nil { return }
    failure = error
    postpone(now: now)
  }

  /// The store holds this generation, and nothing is left to be saved.
  mutating func settle(_ generation: UInt64) {
    self = SaveState()
    savedGeneration = generation
  }

  /// The store holds a pair that was begun anew: what could not be saved before is superseded, unless it comes after.
  mutating func supersede(by stored: Token) {
    if let unsaved, stored.isSamePair(as: unsaved) || successor(of: stored) == nil { settle(stored.generation) }
    if unsaved == nil { savedGeneration = stored.generation }
  }

  private mutating func postpone(now: Int64) {
    failures += 1
    notBefore = now + min(Self.firstPause << min(failures - 1, 10), Self.longestPause)
  }
}
