/// The body of an answer, read: PeerID wraps every result and every error in a JSON object, but bodies that fail
/// before a route, and proxies in front, answer in plain text or HTML.
enum Envelope {
  /// HTTP success with the member `result`, whatever it is.
  case result
  /// The member `error` of a failure, and whether the envelope is PeerID's own.
  case error(JSONLiteral, isPeerIDs: Bool)
  /// Text or HTML.
  case text
  /// JSON or text that is not what its status promises.
  case malformed(String)

  /// A longer body is not read as an envelope: it would take many times its length in memory.
  private static let longest = 1 << 20

  /// Reads the body of an answer with this status.
  init(status: Int, body: UnsafeRawBufferPointer) {
    let isSuccess = 200..<300 ~= status
    do throws(JSONSyntaxError) {
      guard body.count <= Self.longest else {
        throw JSONSyntaxError(reason: "it is longer than 1 MiB", line: 0, column: 0)
      }
      self = try JSONIndex(body, isLenient: true).withRoot { Self.read($0, status, isSuccess) }
    } catch {
      if body.isEmpty {
        self = .malformed("an empty body")
      } else if isSuccess {
        self = .malformed("a body that is not the JSON envelope (\(error.reason))")
      } else {
        self = .text
      }
    }
  }

  private static func read(_ root: JSONIndex.Value, _ status: Int, _ isSuccess: Bool) -> Envelope {
    let error = root.member("error").flatMap { $0.kind == .null ? nil : $0 }
    switch (root.member("result"), error) {
    case (_?, nil) where isSuccess: return .result
    case (_?, _?) where isSuccess: return .malformed("a result and an error in one answer")
    case (_, let error?) where !isSuccess:
      return .error(error.literal, isPeerIDs: isPeerIDs(root, error, status: status))
    default: return .malformed(isSuccess ? "a JSON text without \"result\"" : "a JSON text without \"error\"")
    }
  }

  /// Whether PeerID wrote the envelope: `{"error": …, "status": …}` with the status of HTTP, which three of its answers
  /// write as text, and nothing else. Gateways write JSON with an `error` too, but with other members. An object of
  /// messages by field is PeerID's also without the status.
  private static func isPeerIDs(_ root: JSONIndex.Value, _ error: JSONIndex.Value, status: Int) -> Bool {
    guard let written = root.member("status") else { return root.count == 1 && error.kind == .object }
    return root.count == 2 && (written.integer ?? written.string.flatMap { Int64($0) }) == Int64(status)
  }
}
