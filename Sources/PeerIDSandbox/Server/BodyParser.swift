internal import PeerID

/// The body parser, which runs before all routes. A plain-text body is rejected on any path, before the path and the
/// credentials are checked.
enum BodyParser {
  /// The parsed body; `nil` if there is none or the server does not read its type.
  static func parse(_ request: HTTPRequest) throws(Refusal) -> JSONDocument? {
    guard request.bodyLength > 0, let type = request.header("Content-Type").flatMap(MediaType.init) else { return nil }
    let (media, charset) = (type.name, type.charset)
    let isForm = media == "application/x-www-form-urlencoded"
    guard isForm || media == "application/json" else { return nil }
    guard isForm ? charset == "utf-8" : MediaType.jsonCharsets.contains(charset) else {
      throw Refusal(.html(415, "unsupported charset \"\(charset.uppercased())\""))
    }
    let text = MediaType.text(try decoded(request), charset)
    return isForm ? try form(text) : try json(text)
  }

  private static func decoded(_ request: HTTPRequest) throws(Refusal) -> [UInt8] {
    let tooLarge = Refusal(.html(413, "request entity too large"))
    let limit = HTTPRequest.bodyLimit(path: request.path)
    guard request.bodyLength <= limit else { throw tooLarge }
    let encoding = (request.header("Content-Encoding") ?? "identity").lowercased()
    switch encoding {
    case "identity", "": return request.body
    case "gzip", "deflate":
      do throws(Decompression.Failure) {
        return try Decompression.inflate(request.body, limit: limit)
      } catch {
        switch error {
        case .tooLarge: throw tooLarge
        case .malformed(let message): throw Refusal(.html(400, message))
        }
      }
    default:
      throw Refusal(.html(415, "unsupported content encoding \"\(encoding)\""))
    }
  }

  private static func form(_ text: String) throws(Refusal) -> JSONDocument {
    guard text.utf8.count(where: { $0 == UInt8(ascii: "&") }) < 1_000 else {
      throw Refusal(.html(413, "too many parameters"))
    }
    return NestedParameters.parse(form: text)
  }

  private static func json(_ body: String) throws(Refusal) -> JSONDocument? {
    let text = body.unicodeScalars.first == "\u{FEFF}" ? String(body.unicodeScalars.dropFirst()) : body
    if text.isEmpty { return nil }
    let first = text.utf8.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    // The parser is strict: it rejects a string, a number or `null`.
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      throw Refusal(.html(400, JavaScriptSyntax.notAnObject(text)))
    }
    if let problem = JavaScriptSyntax.problem(in: text) { throw Refusal(.html(400, problem)) }
    do throws(JSONSyntaxError) {
      return try JSONDocument(text)
    } catch {
      // In JavaScript every number is a double, so a number of more than 64 bits is not a syntax error; schemas refuse
      // it.
      if let document = try? JSONDocument(asReals(Array(text.utf8))) { return document }
      throw Refusal(.html(400, error.reason))
    }
  }

  /// The text with `.0` added to every long integer, so that it is parsed as a double.
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
}
