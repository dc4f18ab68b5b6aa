/// Whether the newest pair of a session is in its store, and when saving is tried again if it is not.
struct SaveState {
  private static let firstPause: Int64 = 1000
  private static let longestPause: Int64 = 60_000

  /// Why the newest pair is not in the store; `nil` when it is.
  private(set) var failure: PeerIDError?
  private var failures: Int64 = 0
  private var notBefore: Int64 = .min
  private var isRunning = false

  /// Whether the caller has to try saving now.
  mutating func begin(now: Int64) -> Bool {
    guard failure != nil, !isRunning, now >= notBefore else { return false }
    isRunning = true
    return true
  }

  /// Saving has failed.
  mutating func failed(_ error: PeerIDError, now: Int64) {
    failure = error
    isRunning = false
    failures += 1
    notBefore = now + min(Self.firstPause << min(failures - 1, 10), Self.longestPause)
  }

  /// The newest pair is in the store.
  mutating func succeeded() {
    self = SaveState()
  }
}
