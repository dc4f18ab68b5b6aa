/// What kind of failure an error is. The numbers are stable: a code is never renumbered or given another meaning.
///
/// C name: `peerid_code`
@nonexhaustive
public enum ErrorCode: Int32, Sendable, CaseIterable {
  /// An argument cannot be used; the message names it and says what would be right. Nothing was sent, and what was
  /// there before is as it was.
  case invalidArgument = 1
  /// The name did not resolve.
  case dns = 2
  /// The answer is not one that PeerID gives.
  case `protocol` = 0x10
  /// Something impossible happened.
  case `internal` = -1
}
