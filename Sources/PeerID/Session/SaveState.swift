/// A session's token pair (access and refresh token) that could not be saved, and when saving is retried.
struct SaveState {
  private static let firstPause: Int64 = 250
  private static let longestPause: Int64 = 60_000

  /// The session's pair, if it could not be saved yet.
  private(set) var unsaved: Token?
  /// The reason why the pair could not be saved; `nil` when there is no such pair.
  private(set) var failure: PeerIDError?
  /// The pair that the store held before saving failed. If the store holds another pair later, another process has
  /// written the session.
  private var replaced: Token?
  /// The generation that this process has last seen in the store.
  private(set) var savedGeneration: UInt64 = 0
  /// Whether a thread of this process retries. After a fork the child has no such thread.
  var isBeingTried = false
  private var failures: Int64 = 0
  private var notBefore: Int64 = .min

  /// Whether saving has to be retried, but no thread is doing so.
  var isNeglected: Bool { failure != nil && !isBeingTried }

  /// Whether it is time to retry.
  func isDue(now: Int64) -> Bool { failure != nil && now >= notBefore }

  /// Whether the stored pair is older than the session's: the one that the unsaved pair has replaced, or a restored
  /// backup.
  func supersedes(_ stored: Token) -> Bool {
    if stored.generation < savedGeneration { return true }
    guard let unsaved, let replaced else { return false }
    // The child of a fork may have saved a pair that is newer than `replaced` and older than `unsaved`.
    return stored.isSamePair(as: replaced) || stored.isPredecessor(of: unsaved)
  }

  /// The unsaved pair if it is newer than `stored`, the pair in the store; otherwise `nil`.
  func successor(of stored: Token) -> Token? {
    guard let unsaved, supersedes(stored) else { return nil }
    return unsaved.asGeneration(max(unsaved.generation, stored.generation &+ 1))
      .identified { $0 = stored.identity.filled(from: $0) }
  }

  /// Records that a pair could not be saved in place of the stored pair.
  mutating func failed(
    _ error: PeerIDError,
    _ pair: Token,
    replacing stored: Token?,
    now: Int64
  ) {
    unsaved = pair
    replaced = stored
    if let stored { savedGeneration = stored.generation }
    failure = error
    postpone(now: now)
  }

  /// Records that a retry has failed.
  mutating func failedAgain(_ error: PeerIDError, now: Int64) {
    if failure == nil { return }
    failure = error
    postpone(now: now)
  }

  /// Records that the store holds this generation and nothing is left to save.
  mutating func settle(_ generation: UInt64) {
    self = SaveState()
    savedGeneration = generation
  }

  private mutating func postpone(now: Int64) {
    failures += 1
    notBefore = now + min(Self.firstPause << min(failures - 1, 10), Self.longestPause)
  }
}
