/// The body of an answer, read: PeerID wraps every result and every error in a JSON object, but bodies that fail
/// before a route, and proxies in front, answer in plain text or HTML.
enum Envelope {
  /// HTTP success with the member `result`, whatever it is.
  case result(JSONValue)
  /// The member `error` of a failure.
  case error(JSONValue)
  /// Text or HTML, made readable.
  case text(String)
  /// JSON or text that is not what its status promises.
  case malformed(String)
  /// Memory ran out while it was read.
  case unread

  /// Reads the body of an answer with this status. The status in the body is not trusted: in three answers the
  /// server writes it as a string.
  init(status: Int, body: UnsafeRawBufferPointer) {
    let isSuccess = 200..<300 ~= status
    do {
      let root = try JSONDocument.answer(body).root
      if isSuccess, root.kind == .object, let result = root["result"] {
        // An error beside the result: nobody knows which of them is true.
        self = root["error"].map(\.isNull) ?? true ? .result(result) : .malformed("a result and an error in one answer")
      } else if !isSuccess, root.kind == .object, let error = root["error"] {
        self = .error(error)
      } else {
        self = .malformed(isSuccess ? "a JSON text without \"result\"" : "a JSON text without \"error\"")
      }
    } catch {
      if error.isOutOfMemory {
        self = .unread
      } else if body.isEmpty {
        self = .malformed("an empty body")
      } else if isSuccess {
        self = .malformed("a body that is not the JSON envelope (\(error.reason))")
      } else {
        self = .text(ServerText.readable(body))
      }
    }
  }
}

/// What a server wrote for people, cut to what an error message can hold.
enum ServerText {
  /// The longest text taken into a message, in characters.
  private static let maximumLength = 300
  /// The longest detail handed on, in bytes of JSON.
  private static let maximumDetail = 4096

  /// Plain text or HTML on one line, without tags.
  static func readable(_ body: UnsafeRawBufferPointer) -> String {
    var text: [UInt8] = []
    var isInTag = false
    for byte in body.prefix(16 * 1024) {
      switch byte {
      case UInt8(ascii: "<"): isInTag = true
      case UInt8(ascii: ">") where isInTag:
        isInTag = false
        text.append(UInt8(ascii: " "))
      case _ where isInTag: break
      default: text.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
      }
    }
    let words = String(decoding: text, as: UTF8.self).split(separator: " ")
    return cut(words.joined(separator: " "))
  }

  /// The server's `error` as one line: a string as it is, an object as `field: message; field: message`.
  static func message(_ error: JSONValue) -> String {
    switch error.kind {
    case .string: firstLine(error.string ?? "")
    case .object:
      cut(
        error.members.map { key, value in
          key + ": " + firstLine(value.string ?? value.compactText().text)
        }.joined(separator: "; ")
      )
    default: cut(error.compactText().text)
    }
  }

  /// The server's `error` as JSON. A stack trace or a signed transaction of many kilobytes is cut.
  static func detail(_ error: JSONValue) -> Bytes {
    let whole = error.compactText()
    if whole.count <= maximumDetail { return whole }
    let text = error.string ?? whole.text
    // JSON needs more bytes for some characters, six at the most.
    for budget in [maximumDetail - 8, maximumDetail / 2 - 8] {
      let cut = JSONLiteral.string(beginning(of: text, bytes: budget) + "…").compactText
      if cut.count <= maximumDetail { return cut }
    }
    return JSONLiteral.string(beginning(of: text, bytes: maximumDetail / 6 - 8) + "…").compactText
  }

  /// As much of the text as fits into so many bytes of UTF-8. One character may be of any length.
  private static func beginning(of text: String, bytes: Int) -> String {
    var length = 0
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.prefix {
          length += UTF8.width($0)
          return length <= bytes
        }
      )
    )
  }

  private static func firstLine(_ text: String) -> String {
    cut(String(text.prefix { !$0.isNewline }))
  }

  private static func cut(_ text: String) -> String {
    text.count <= maximumLength ? text : text.prefix(maximumLength) + "…"
  }
}
