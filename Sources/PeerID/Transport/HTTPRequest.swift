/// One HTTP request, ready to be sent.
struct HTTPRequest: Sendable {
  let kind: RequestKind
  /// The whole URL.
  let url: Bytes
  let headers: HeaderList
  /// The body of a POST; a request without one is a GET.
  let body: Bytes?
  /// The secrets in the URL and the body.
  private let sentSecrets: [Bytes]

  init(kind: RequestKind, url: Bytes, headers: HeaderList, body: Bytes?, secrets: [Bytes] = []) {
    self.kind = kind
    self.url = url
    self.headers = headers
    self.body = body
    sentSecrets = secrets
  }

  /// Everything in the request that must not appear in an error.
  var secrets: [Bytes] { headers.bearerToken.map { [$0] + sentSecrets } ?? sentSecrets }
}

/// The answer to a request. The body is valid only during the closure that receives the answer.
struct HTTPResponse {
  let status: Int
  let body: UnsafeRawBufferPointer
  /// Whether the connection ended before the whole body had arrived.
  var isTruncated = false
  /// Whether the body has a `Content-Encoding` that could not be decoded.
  var isUndecodable = false
  /// The request that the server has answered.
  var request: HTTPRequest?
  /// The proxy that may have received the request.
  var proxy = Proxy.none
  /// The wait that `Retry-After` asks for, in milliseconds; 0 if the header is invalid, `nil` if there is none.
  var retryAfterMilliseconds: Int64?
}

/// Why a request has no answer.
struct TransportFailure: Error {
  /// The kinds of failure, distinguished by what the caller can do.
  enum Kind: Equatable, Sendable {
    case unreachable
    case tls
    case lost
    /// The answer is not HTTP.
    case notHTTP
    case timedOut
    case cancelled
    case closed
    case answerTooLarge
    case outOfMemory
    case configuration
  }

  let kind: Kind
  /// Whether any byte of the request may have been sent.
  let mayHaveBeenSent: Bool
  /// What happened, for use in messages.
  let reason: String
}
