/// Whether the newest pair of a session is in its store, and when saving is tried again if it is not.
struct SaveState {
  private static let firstPause: Int64 = 1000
  private static let longestPause: Int64 = 60_000

  /// Why the newest pair is not in the store; `nil` when it is.
  private(set) var failure: PeerIDError?
  /// Whether somebody in this process tries again; nobody does in the child of a fork.
  var isBeingTried = false
  private var failures: Int64 = 0
  private var notBefore: Int64 = .min

  /// Whether somebody has to take over trying.
  var isNeglected: Bool { failure != nil && !isBeingTried }

  /// Whether it is time to try again.
  func isDue(now: Int64) -> Bool { failure != nil && now >= notBefore }

  /// Saving has failed.
  mutating func failed(_ error: PeerIDError, now: Int64) {
    failure = error
    failures += 1
    notBefore = now + min(Self.firstPause << min(failures - 1, 10), Self.longestPause)
  }

  /// The newest pair is in the store, or need not be there any more.
  mutating func succeeded() {
    self = SaveState()
  }
}
