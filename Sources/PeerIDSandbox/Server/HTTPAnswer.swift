internal import PeerID

/// An answer, without the headers that all answers have.
struct HTTPAnswer: Sendable {
  var status: Int
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var body: Bytes

  /// An answer with JSON.
  static func json(_ status: Int, _ value: JSONLiteral) -> HTTPAnswer {
    HTTPAnswer(status: status, contentType: "application/json; charset=utf-8", body: value.compactText)
  }

  /// An answer with text. Express always sends it with the content type of HTML.
  static func html(_ status: Int, _ text: String) -> HTTPAnswer {
    HTTPAnswer(status: status, contentType: "text/html; charset=utf-8", body: Bytes(text))
  }

  /// A weak entity tag in Express's format, `W/"<length in hex>-<hash>"`; the hash is FNV-1a instead of SHA-1, which
  /// clients cannot distinguish.
  var entityTag: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in body.raw { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return "W/\"\(String(body.count, radix: 16))-\(String(hash, radix: 36))\""
  }

  /// All headers apart from `Date`, `Content-Length` and `Connection`.
  var allHeaders: [(name: String, value: String)] {
    var all = headers
    if !contentType.isEmpty { all.append(("Content-Type", contentType)) }
    if !headers.contains(where: { $0.name.isCaseInsensitively("ETag") }) { all.append(("ETag", entityTag)) }
    return all
  }

  /// The bytes of the whole answer, for answers of which only a part is sent.
  func wireBytes(date: String) -> (head: [UInt8], body: Bytes) {
    var head = "HTTP/1.1 \(status) \(reasonPhrase(status))\r\nDate: \(date)\r\n"
    for header in allHeaders { head += "\(header.name): \(header.value)\r\n" }
    head += "Content-Length: \(body.count)\r\n\r\n"
    return (Array(head.utf8), body)
  }
}
