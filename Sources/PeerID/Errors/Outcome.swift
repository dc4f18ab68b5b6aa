/// Whether a failed call was carried out. Check it before you send money again.
///
/// No outcome has the name or the number of an error code, so the two cannot be confused.
///
/// C name: `peerid_outcome`
@nonexhaustive
public enum Outcome: Int32, Sendable, CaseIterable {
  /// The request was not sent. Repeating the call is safe: it cannot be done twice.
  case notSent = 101
  /// The server or the chain answered that the request was not carried out. Repeating the call is safe: it cannot be
  /// done twice.
  case notDone = 102
  /// The request may have been carried out. Find out before repeating the call.
  case unknown = 103

  /// The name in C programs and in logs, such as `not_sent`.
  public var name: String {
    switch self {
    case .notSent: "not_sent"
    case .notDone: "not_done"
    case .unknown: "unknown"
    }
  }
}
