/// Changes only the white space of valid JSON text: numbers and the order of keys stay the same.
enum JSONLayout {
  /// The text on one line, without white space.
  static func compact(_ text: some StringProtocol) -> String {
    var output: [UInt8] = []
    var reader = Reader()
    for byte in text.utf8 where reader.isInText(byte) || !Reader.isBlank(byte) { output.append(byte) }
    return String(decoding: output, as: UTF8.self)
  }

  /// The text with one line for each member and element, indented by two. Short arrays and objects stay on one line.
  static func indented(_ text: some StringProtocol, width: Int = 80) -> String {
    var output: [UInt8] = []
    indent(Array(compact(text).utf8)[...], depth: 0, width: width, into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The text of an object's member, without white space; `nil` if there is none.
  static func member(_ name: String, of object: some StringProtocol) -> String? {
    let head = Array("\"\(name)\":".utf8)
    let body = Array(compact(object).utf8).dropFirst().dropLast()
    return elements(body).first { $0.starts(with: head) }.map {
      String(decoding: $0.dropFirst(head.count), as: UTF8.self)
    }
  }

  /// Formats one value of compact JSON.
  private static func indent(_ value: ArraySlice<UInt8>, depth: Int, width: Int, into output: inout [UInt8]) {
    guard let first = value.first, let last = value.last, first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else {
      output += value
      return
    }
    let line = spaced(value)
    let lineStart = output.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if value.count == 2 || line.count <= width - (output.count - lineStart) - 1 {
      output += line
      return
    }
    output.append(first)
    let pieces = elements(value.dropFirst().dropLast())
    for (index, piece) in pieces.enumerated() {
      output += index == 0 ? [] : [UInt8(ascii: ",")]
      newline(depth + 1, into: &output)
      var rest = piece
      if first == UInt8(ascii: "{"), let key = keyLength(piece) {
        output += piece.prefix(key)
        output += Array(": ".utf8)
        rest = piece.dropFirst(key + 1)
      }
      indent(rest, depth: depth + 1, width: width, into: &output)
    }
    newline(depth, into: &output)
    output.append(last)
  }

  private static func newline(_ depth: Int, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\n"))
    output += Array(repeating: UInt8(ascii: " "), count: 2 * depth)
  }

  /// Compact JSON with a space after each comma and colon.
  private static func spaced(_ value: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    var reader = Reader()
    for byte in value {
      let isText = reader.isInText(byte)
      output.append(byte)
      if !isText, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { output.append(UInt8(ascii: " ")) }
    }
    return output
  }

  /// The parts between the commas of the outermost level.
  private static func elements(_ body: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var (reader, depth, start) = (Reader(), 0, body.startIndex)
    for (index, byte) in zip(body.indices, body) where !reader.isInText(byte) {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        pieces.append(body[start..<index])
        start = index + 1
      default: break
      }
    }
    return body.isEmpty ? [] : pieces + [body[start...]]
  }

  /// The length of the key before the colon, including quotes.
  private static func keyLength(_ member: ArraySlice<UInt8>) -> Int? {
    var reader = Reader()
    for (offset, byte) in member.enumerated() where !reader.isInText(byte) && byte == UInt8(ascii: ":") {
      return offset
    }
    return nil
  }

  /// Distinguishes the bytes of strings from all others.
  struct Reader {
    private var isText = false
    private var isEscaped = false

    /// Whether `byte`, the next byte of the text, is part of a string. Its quotes are.
    mutating func isInText(_ byte: UInt8) -> Bool {
      guard isText else {
        isText = byte == UInt8(ascii: "\"")
        return isText
      }
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isText = false
      }
      return true
    }

    static func isBlank(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
  }
}
