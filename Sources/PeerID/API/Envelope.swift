/// The body of an answer, read: PeerID wraps every result and every error in a JSON object, but bodies that fail
/// before a route, and proxies in front, answer in plain text or HTML.
enum Envelope {
  /// HTTP success with the member `result`, whatever it is.
  case result(JSONValue)
  /// The member `error` of a failure, and whether the envelope is PeerID's own.
  case error(JSONValue, isPeerIDs: Bool)
  /// Text or HTML.
  case text
  /// JSON or text that is not what its status promises.
  case malformed(String)
  /// Memory ran out while it was read.
  case unread

  /// Reads the body of an answer with this status.
  init(status: Int, body: UnsafeRawBufferPointer) {
    let isSuccess = 200..<300 ~= status
    do {
      let root = try JSONDocument.answer(body).root
      let result = root["result"]
      let error = root["error"].flatMap { $0.isNull ? nil : $0 }
      switch (result, error) {
      case (let result?, nil) where isSuccess: self = .result(result)
      case (_?, _?) where isSuccess: self = .malformed("a result and an error in one answer")
      case (_, let error?) where !isSuccess:
        self = .error(error, isPeerIDs: Self.isPeerIDs(root, error, status: status))
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

  /// Whether PeerID wrote the envelope: `{"error": …, "status": …}` with the status of HTTP, which three of its answers
  /// write as text, and nothing else. Gateways write JSON with an `error` too, but with other members. An object of
  /// messages by field is PeerID's also without the status.
  private static func isPeerIDs(_ root: JSONValue, _ error: JSONValue, status: Int) -> Bool {
    guard let written = root["status"] else { return root.count == 1 && error.kind == .object }
    return root.count == 2 && (written.integer ?? written.string.flatMap { Int64($0) }) == Int64(status)
  }
}
