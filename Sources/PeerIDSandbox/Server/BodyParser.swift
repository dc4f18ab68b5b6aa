internal import PeerID

/// The body parser in front of all routes. What it refuses is refused in plain text, on any path, before anyone looks
/// at the path or the credentials.
enum BodyParser {
  /// The parsed body; `nil` when there is none, or of a type that the server does not read.
  static func parse(_ request: HTTPRequest) throws(Refusal) -> JSONDocument? {
    guard request.bodyLength > 0, let type = request.header("Content-Type") else { return nil }
    let (media, charset) = mediaType(type)
    let isForm = media == "application/x-www-form-urlencoded"
    guard isForm || media == "application/json" else { return nil }
    guard isForm ? charset == "utf-8" : charset.hasPrefix("utf-") else {
      throw Refusal(.html(415, "unsupported charset \"\(charset.uppercased())\""))
    }
    let body = try decoded(request)
    return isForm ? try form(body) : try json(body)
  }

  private static func decoded(_ request: HTTPRequest) throws(Refusal) -> [UInt8] {
    let tooLarge = Refusal(.html(413, "request entity too large"))
    let limit = HTTPRequest.bodyLimit(path: request.path)
    guard request.bodyLength <= limit else { throw tooLarge }
    let encoding = (request.header("Content-Encoding") ?? "identity").lowercased()
    switch encoding {
    case "identity": return request.body
    case "gzip", "deflate":
      switch Inflater.inflate(request.body, format: encoding == "gzip" ? .gzip : .zlib, limit: limit) {
      case .bytes(let bytes): return bytes
      case .tooLarge: throw tooLarge
      case .malformed: throw Refusal(.html(400, "incorrect header check"))
      }
    default:
      throw Refusal(.html(415, "unsupported content encoding \"\(encoding)\""))
    }
  }

  private static func form(_ body: [UInt8]) throws(Refusal) -> JSONDocument {
    guard body.count(where: { $0 == 0x26 }) < 1_000 else {
      throw Refusal(.html(413, "too many parameters"))
    }
    return NestedParameters.parse(String(decoding: body, as: UTF8.self))
  }

  private static func json(_ body: [UInt8]) throws(Refusal) -> JSONDocument? {
    let first = body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    // The parser is strict: a text, a number or `null` is no body.
    if let first, first != 0x7B, first != 0x5B {
      throw Refusal(.html(400, "Unexpected token \(UnicodeScalar(first)) in JSON at position 0"))
    }
    do throws(JSONSyntaxError) {
      return try JSONDocument(parsing: body)
    } catch {
      if error.reason.hasPrefix("too big"), let document = try? JSONDocument(asReals(body)) { return document }
      let isUnfinished = error.reason.contains("end of file")
      let position = max(error.column - 1, 0)
      let token = position < body.count ? String(UnicodeScalar(body[position])) : ""
      throw Refusal(
        .html(
          400,
          isUnfinished
            ? "Unexpected end of JSON input" : "Unexpected token \(token) in JSON at position \(position)"
        )
      )
    }
  }

  /// The text with every long integer made a real: to JavaScript all numbers are, so one past 64 bits is no syntax error
  /// but a number that a schema refuses.
  private static func asReals(_ body: [UInt8]) -> String {
    var result: [UInt8] = []
    var digits = 0
    var isInString = false
    var isEscaped = false
    var isReal = false
    for byte in body {
      let isDigit = !isInString && byte >= 0x30 && byte <= 0x39
      let goesOn = isDigit || !isInString && (byte == 0x2E || byte | 0x20 == 0x65 || byte == 0x2B || byte == 0x2D)
      if goesOn {
        digits += isDigit ? 1 : 0
        isReal = isReal || byte == 0x2E || byte | 0x20 == 0x65
      } else {
        if digits > 18, !isReal { result += Array("e0".utf8) }
        digits = 0
        isReal = false
      }
      if byte == 0x22, !isEscaped { isInString.toggle() }
      isEscaped = byte == 0x5C && !isEscaped
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func mediaType(_ header: String) -> (media: String, charset: String) {
    let parts = header.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\"" } }
    let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }?.dropFirst(8)
    return (parts.first ?? "", charset.map(String.init) ?? "utf-8")
  }
}
