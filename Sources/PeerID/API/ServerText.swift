/// Shortens text from servers for use in errors.
enum ServerText {
  /// The longest text that is quoted in a message, in Unicode scalars.
  private static let maximumLength = 300
  /// The longest `PeerIDError.serverDetail`, in bytes.
  private static let maximumDetail = 4096
  /// How much of a server's text is read, in bytes.
  static let maximumRead = 64 * 1024

  /// The first `maximumRead` bytes of a body.
  static func beginning(of body: UnsafeRawBufferPointer) -> Bytes {
    Bytes(UnsafeRawBufferPointer(rebasing: body.prefix(maximumRead)))
  }

  /// Plain text or HTML on one line, without tags.
  static func readable(_ body: Bytes) -> String {
    var text: [UInt8] = []
    var isInTag = false
    let blank = UInt8(ascii: " ")
    func appendBlank() {
      if let last = text.last, last != blank { text.append(blank) }
    }
    body.withBytes { bytes in
      for byte in bytes.prefix(16 * 1024) {
        switch byte {
        case UInt8(ascii: "<"): isInTag = true
        case UInt8(ascii: ">") where isInTag:
          isInTag = false
          appendBlank()
        case _ where isInTag: break
        case 0...0x20, 0x7F: appendBlank()
        default: text.append(byte)
        }
      }
    }
    if text.last == blank { text.removeLast() }
    return cut(String(decoding: text, as: UTF8.self))
  }

  /// The whole member `error`: a string as it is, an object as `field: message; field: message`.
  static func whole(_ error: JSONValue) -> String {
    text(error) { $0 }
  }

  /// The member `error` on one line, as `whole` writes it, but with only the first line of each message.
  static func message(_ error: JSONValue) -> String {
    cut(text(error, firstLine))
  }

  private static func text(_ error: JSONValue, _ shortened: (String) -> String) -> String {
    func part(_ value: JSONValue) -> String { shortened(value.string ?? value.compactText().text) }
    guard error.kind == .object else { return part(error) }
    return error.members.map { $0 + ": " + part($1) }.joined(separator: "; ")
  }

  /// The server's `error` as JSON. A stack trace or a signed transaction of many kilobytes is cut.
  static func detail(_ error: JSONValue) -> Bytes {
    let whole = error.compactText()
    if whole.count <= maximumDetail { return whole }
    let text = error.string ?? whole.text
    // JSON escapes some characters with up to six bytes.
    for budget in [maximumDetail - 8, maximumDetail / 2 - 8] {
      let cut = JSONLiteral.string(beginning(of: text, bytes: budget) + "…").compactText
      if cut.count <= maximumDetail { return cut }
    }
    return JSONLiteral.string(beginning(of: text, bytes: maximumDetail / 6 - 8) + "…").compactText
  }

  /// An error message of jansson, such as `invalid token near 'password…`, without the quoted text.
  static func withoutQuote(_ reason: String) -> String {
    let bytes = Bytes(reason)
    return String(utf8: bytes.raw.prefix(bytes.index(of: " near ") ?? bytes.count))
  }

  /// The longest prefix of the text that fits into this many bytes of UTF-8. The prefix may end within a character,
  /// because a character can have any number of bytes.
  private static func beginning(of text: String, bytes: Int) -> String {
    var length = 0
    return String(
      text.unicodeScalars.prefix {
        length += UTF8.width($0)
        return length <= bytes
      }
    )
  }

  private static func firstLine(_ text: String) -> String {
    cut(String(text.unicodeScalars.prefix { !isLineEnd($0) }))
  }

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  static func cut(_ text: String) -> String { text.cut(to: maximumLength) }
}
