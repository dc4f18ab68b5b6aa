/// The code of an error: the kind of failure.
///
/// The numbers are stable: a code is never renumbered, and its meaning never changes. Whether the call may be repeated
/// depends on the outcome, not on the code.
///
/// C name: `peerid_code`
@nonexhaustive
public enum ErrorCode: Int32, Sendable, CaseIterable {
  /// An argument is invalid; the message names it and says what is valid. No operation was sent.
  case invalidArgument = 1
  /// The configuration is incomplete or invalid; the message names the option. No operation was sent.
  case configuration = 2
  /// The server is unreachable: the name did not resolve, or the server or the proxy did not accept the connection.
  case unreachable = 3
  /// The TLS handshake or the verification of the certificate failed.
  case tls = 4
  /// A timeout expired. The outcome says whether the request may have arrived.
  case timeout = 5
  /// The caller cancelled the call. The outcome says whether the request may have arrived.
  case cancelled = 6
  /// The connection was lost after the request was sent and before an answer arrived.
  case connectionLost = 7
  /// The answer is not a PeerID answer: not the JSON envelope, cut off, or a redirect.
  case `protocol` = 8
  /// The server rejected the request (HTTP 4xx); the details contain the server's messages by field.
  case rejected = 9
  /// The token's scope does not include an operation, or the server does not permit the request to the user or to the
  /// application.
  case notPermitted = 10
  /// The session is over: the user has to log in again.
  case loginRequired = 11
  /// The server or a proxy asks to retry later (HTTP 429, or 503 with `Retry-After`).
  case rateLimited = 12
  /// The server failed (HTTP 5xx).
  case server = 13
  /// The request or the answer is larger than allowed.
  case tooLarge = 14
  /// The client was closed.
  case closed = 15
  /// Out of memory.
  case outOfMemory = 16
  /// The system gave no descriptor or no random bytes, or there is a bug in this library; please report a bug.
  case `internal` = 17
  /// The session store failed.
  case store = 18
  /// The client has as many asynchronous calls in flight as it allows. Nothing was sent.
  case queueFull = 19
  /// The chain rejected the transaction; the message contains the node's reason.
  case chainRejected = 20

  /// The name in C programs and in logs, such as `login_required`.
  public var name: String {
    switch self {
    case .invalidArgument: "invalid_argument"
    case .configuration: "configuration"
    case .unreachable: "unreachable"
    case .tls: "tls"
    case .timeout: "timeout"
    case .cancelled: "cancelled"
    case .connectionLost: "connection_lost"
    case .protocol: "protocol"
    case .rejected: "rejected"
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
    case .chainRejected: "chain_rejected"
    }
  }
}
