internal import PeerID

/// A request and its answer.
///
/// Used only on the polling thread. While the request waits, no thread uses it.
final class Exchange {
  /// The state of the request.
  enum Phase {
    case reading
    /// The request's delay has ended. The fault now takes effect.
    case waited(Fault)
    /// The answer is ready, and the delay before it is sent has ended.
    case answered(HTTPAnswer)
  }

  let target: String
  private(set) var method = ""
  private var headers: [(name: String, value: String)] = []
  private var body: [UInt8] = []
  private var bodyLength = 0
  private let bodyLimit: Int
  private(set) var hasBegun = false

  var phase = Phase.reading
  /// The request's number in the log; 0 until it is logged.
  var sequence: UInt64 = 0
  /// The time at which a control stops waiting for its condition, in microseconds of the monotonic clock.
  var deadline: Int64?
  /// Whether the request waits until it is released.
  var isHeld = false
  /// Whether the connection is closed after the answer, although the answer does not say `Connection: close`.
  var hangsUp = false

  private let role: PortRole

  init(target: String, role: PortRole) {
    self.target = target
    self.role = role
    bodyLimit = HTTPRequest.bodyLimit(path: target)
  }

  /// Receives the first line and the headers.
  func begin(method: String, headers: [(name: String, value: String)]) {
    self.method = method
    self.headers = headers
    hasBegun = true
  }

  /// Receives a part of the body. Bytes beyond the limit are counted and dropped, so that the connection stays usable.
  func receive(_ part: UnsafeRawBufferPointer) {
    bodyLength += part.count
    let room = bodyLimit + 1 - body.count
    if room > 0 { body.append(contentsOf: part.prefix(room)) }
  }

  /// The whole request. Valid once the request has been read completely.
  var request: HTTPRequest {
    // Express ignores fragments.
    let target = target.prefix { $0 != "#" }
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return HTTPRequest(
      method: method,
      path: parts.first.map(String.init) ?? "/",
      query: parts.count > 1 ? String(parts[1]) : "",
      headers: headers,
      body: body,
      bodyLength: bodyLength,
      isForPages: role != .interface,
      isForInterface: role != .pages
    )
  }
}
