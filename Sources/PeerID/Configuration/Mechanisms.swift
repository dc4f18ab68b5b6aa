/// The mechanisms behind the promises. The test build can turn one off, to show that the promise breaks without it;
/// in every other build they are on, and the questions cost nothing.
struct Mechanisms: OptionSet, Sendable {
  let rawValue: Int

  /// A request that changes something is sent once, whatever libcurl would do.
  static let sendingOnce = Mechanisms(rawValue: 1 << 0)
  /// One refresh of a session runs at a time.
  static let oneRefresh = Mechanisms(rawValue: 1 << 1)
  /// A token that has just been made and is refused is sent again after a pause.
  static let earlyRefusalPause = Mechanisms(rawValue: 1 << 2)
  /// A stored session is refreshed under the store's lock.
  static let storeLock = Mechanisms(rawValue: 1 << 3)
  /// A new pair is saved before any caller sees it.
  static let savingFirst = Mechanisms(rawValue: 1 << 4)
  /// What the store holds is looked at before a refresh is sent.
  static let readingFirst = Mechanisms(rawValue: 1 << 5)
}

extension Configuration {
  #if PEERID_TEST_SWITCHES
    /// Whether a mechanism works.
    func works(_ mechanism: Mechanisms) -> Bool { !turnedOff.contains(mechanism) }
  #else
    /// Whether a mechanism works.
    @inline(__always) func works(_ mechanism: Mechanisms) -> Bool { true }
  #endif
}
