/// The parsed body of an answer. PeerID wraps every result and every error in a JSON object, the envelope. If a request
/// fails before it reaches a route, or in a proxy in front of PeerID, the answer is plain text or HTML.
enum Envelope {
  /// A success (HTTP 2xx) with a member `result` of any type.
  case result(JSONValue)
  /// The member `error` of a failure, and whether the envelope is PeerID's own.
  case error(JSONValue, isPeerIDs: Bool)
  /// Text or HTML.
  case text
  /// JSON or text that does not fit the HTTP status.
  case malformed(String)
  /// Memory ran out while the body was parsed.
  case unread

  /// An upper limit of the length of PeerID's errors, in bytes. The longest contains a transaction of at most 100 kB
  /// twice: as text and as hexadecimal digits.
  private static let longestError = 1 << 20

  /// Reads the body of an answer with this status.
  init(status: Int, body: UnsafeRawBufferPointer) {
    let isSuccess = 200..<300 ~= status
    guard isSuccess || body.count <= Self.longestError else {
      self = .text
      return
    }
    guard Bytes.hasMemory(toRead: body) else {
      self = .unread
      return
    }
    do {
      let root = try JSONDocument.answer(body).root
      let result = root["result"]
      let error = root["error"].flatMap { $0.isNull ? nil : $0 }
      switch (result, error) {
      case (let result?, nil) where isSuccess: self = .result(result)
      case (_?, _?) where isSuccess: self = .malformed("a result and an error in one answer")
      case (_, let error?) where !isSuccess:
        self = .error(error, isPeerIDs: Self.isPeerIDs(root, status: status))
      default: self = .malformed(isSuccess ? "a JSON text without \"result\"" : "a JSON text without \"error\"")
      }
    } catch {
      if error.isOutOfMemory {
        self = .unread
      } else if body.isEmpty {
        self = .malformed("an empty body")
      } else if isSuccess {
        self = .malformed("a body that is not the JSON envelope (\(ServerText.withoutQuote(error.reason)))")
      } else {
        self = .text
      }
    }
  }

  /// Whether PeerID wrote the envelope, and not a gateway. PeerID's envelope has exactly the members `error` and
  /// `status`, which is the HTTP status (a string in three of PeerID's answers). The JSON of a gateway may also have an
  /// `error`: a string, or `{"code": …, "message": …}`.
  private static func isPeerIDs(_ root: JSONValue, status: Int) -> Bool {
    guard root.count == 2, let written = root["status"] else { return false }
    return (written.integer ?? written.string.flatMap { Int64(decimal: $0) }) == Int64(status)
  }
}
