/// What became of the request of a call that failed: the one question that matters before money is sent again.
///
/// C name: `peerid_outcome`
@nonexhaustive
public enum Outcome: Int32, Sendable {
  /// No byte of the request left. Making the call again cannot do it twice.
  case notSent = 1
  /// The server answered that it did not do it. Making the call again cannot do it twice.
  case refused = 2
  /// The request may have been carried out. Find out before making the call again.
  case unknown = 3

  /// The name as C programs and logs write it, such as `not_sent`.
  public var name: String {
    switch self {
    case .notSent: "not_sent"
    case .refused: "refused"
    case .unknown: "unknown"
    }
  }
}
