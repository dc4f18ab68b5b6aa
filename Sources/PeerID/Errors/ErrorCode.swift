/// What kind of failure an error is. The numbers are stable: a code is never renumbered or given another meaning.
///
/// C name: `peerid_code`
@nonexhaustive
public enum ErrorCode: Int32, Sendable, CaseIterable {
  /// An argument cannot be used; the message names it and says what would be right. Nothing was sent.
  case invalidArgument = 1
  /// The configuration lacks something or holds something unusable; the message names the option. Nothing was sent.
  case configuration = 2
  /// The server could not be reached: the name did not resolve, or the server or the proxy did not accept the
  /// connection. Nothing was sent.
  case notSent = 3
  /// No trusted TLS connection came about. Nothing was sent.
  case tls = 4
  /// Time ran out. The outcome tells whether the request may have left.
  case timeout = 5
  /// The caller cancelled the call. The outcome tells whether the request may have left.
  case cancelled = 6
  /// The request left and no answer came: the operation may have been done or not. Look at the chain before sending
  /// it again.
  case outcomeUnknown = 7
  /// The answer is not one that PeerID gives: not the JSON envelope, cut off, or a redirect.
  case `protocol` = 8
  /// The server refused the request (HTTP 4xx); the details hold its messages by field.
  case refused = 9
  /// The token's scope does not hold an operation, or the server says that the user or the app may not do it.
  case notPermitted = 10
  /// The session is over: the user has to log in again.
  case loginRequired = 11
  /// The server or a proxy asks to come back later (HTTP 429, or 503 with `Retry-After`).
  case rateLimited = 12
  /// The server failed (HTTP 5xx).
  case server = 13
  /// The request or the answer is larger than allowed.
  case tooLarge = 14
  /// The client was closed.
  case closed = 15
  /// Memory ran out.
  case outOfMemory = 16
  /// Something that should be impossible happened inside this library; please report it.
  case `internal` = 17
  /// The store of sessions failed.
  case store = 18
  /// As many asynchronous operations are in flight as the client allows. Nothing was sent.
  case queueFull = 19

  /// The name as C programs and logs write it, such as `login_required`.
  public var name: String {
    switch self {
    case .invalidArgument: "invalid_argument"
    case .configuration: "configuration"
    case .notSent: "not_sent"
    case .tls: "tls"
    case .timeout: "timeout"
    case .cancelled: "cancelled"
    case .outcomeUnknown: "outcome_unknown"
    case .protocol: "protocol"
    case .refused: "refused"
    case .notPermitted: "not_permitted"
    case .loginRequired: "login_required"
    case .rateLimited: "rate_limited"
    case .server: "server"
    case .tooLarge: "too_large"
    case .closed: "closed"
    case .outOfMemory: "out_of_memory"
    case .internal: "internal"
    case .store: "store"
    case .queueFull: "queue_full"
    }
  }
}
