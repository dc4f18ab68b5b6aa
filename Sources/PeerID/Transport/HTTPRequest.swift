/// One HTTP request, ready to be sent.
struct HTTPRequest: Sendable {
  /// What sending the request twice would do.
  enum Effect: Sendable {
    /// It changes something: libcurl must not send it again by itself, and a lost answer leaves the outcome unknown.
    case changes
    /// It only reads.
    case reads
  }

  /// The whole URL.
  let url: Bytes
  let headers: HeaderList
  /// The body of a POST; a request without one is a GET.
  let body: Bytes?
  let effect: Effect
  /// Whether the answer holds tokens, so that the memory it passes through is wiped.
  let answerIsSecret: Bool
}

/// The answer to a request. The body is only valid while the closure that was given the answer runs.
struct HTTPResponse {
  /// The status code.
  let status: Int
  /// The bytes of the body.
  let body: UnsafeRawBufferPointer
  /// Whether the connection ended before the whole body had come.
  let isTruncated: Bool
  /// The wait that `Retry-After` asks for, in milliseconds.
  let retryAfterMilliseconds: Int64?
}

/// Why there is no answer.
struct TransportFailure: Error {
  /// The kinds of failure, told apart by what the caller can do.
  enum Kind: Equatable, Sendable {
    case unreachable
    case tls
    case lost
    /// Something answered that does not speak HTTP/1.1.
    case notHTTP
    case timedOut
    case cancelled
    case closed
    case answerTooLarge
    case outOfMemory
    case configuration
  }

  let kind: Kind
  /// Whether a byte of the request may have left.
  let mayHaveBeenSent: Bool
  /// What happened, for a person.
  let reason: String
}
