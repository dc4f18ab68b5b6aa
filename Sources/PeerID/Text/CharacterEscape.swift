/// The ways in which servers and proxies escape a character when they quote a request.
enum CharacterEscape {
  /// Reads the escape at `start`: its value and its length; `nil` if there is none. A value below 256 is a byte. The
  /// value 0 means that the escape stands for no byte: UTF-16 has a zero beside each ASCII character, which is dropped.
  ///
  /// A character up to U+00FF becomes a byte, so that its UTF-8, its code and its byte in Latin-1 are the same.
  static func read(_ text: UnsafeRawBufferPointer, _ start: Int) -> (value: UInt32, length: Int)? {
    switch text[start] {
    case UInt8(ascii: "%"):
      percent(text, start)
        // `%uXXXX`, written by JavaScript's function `escape`.
        ?? (next(text, start) == UInt8(ascii: "u") ? number(text, start + 2, digits: 4).map { ($0, 6) } : nil)
    case UInt8(ascii: "\\"): backslash(text, start)
    case UInt8(ascii: "&"): entity(text, start)
    // SQL and CSV double a quote.
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      next(text, start) == text[start] ? (UInt32(text[start]), 2) : nil
    case 0xC2, 0xC3:
      next(text, start).flatMap { 0x80..<0xC0 ~= $0 ? (UInt32(text[start] << 6 | $0 & 0x3F), 2) : nil }
    default: nil
    }
  }

  /// Like `read`, but only for percent encoding: without other escapes, a backslash is an ordinary character.
  static func percent(_ text: UnsafeRawBufferPointer, _ start: Int) -> (value: UInt32, length: Int)? {
    text[start] == UInt8(ascii: "%") ? number(text, start + 1, digits: 2).map { ($0, 3) } : nil
  }

  /// Like `read`, for a form, which writes a blank as `+`. (In Base64, `+` is a digit.)
  static func blank(_ text: UnsafeRawBufferPointer, _ start: Int) -> (value: UInt32, length: Int)? {
    text[start] == UInt8(ascii: "+") ? (0x20, 1) : nil
  }

  /// Like `read`, for quoted-printable, an encoding of e-mail. A line break that the encoding inserted has the value 0.
  static func quotedPrintable(_ text: UnsafeRawBufferPointer, _ start: Int) -> (value: UInt32, length: Int)? {
    guard text[start] == UInt8(ascii: "=") else { return nil }
    if next(text, start) == 0x0A { return (0, 2) }
    if next(text, start) == 0x0D { return (0, next(text, start + 1) == 0x0A ? 3 : 2) }
    return number(text, start + 1, digits: 2).map { ($0, 3) }
  }

  /// The length of what is no letter and no digit at `start`: one byte, a named entity, a tag of HTML, a color of a
  /// terminal or a character in UTF-7. 0 for a letter or a digit.
  static func gap(_ text: UnsafeRawBufferPointer, at start: Int) -> Int {
    let last: UInt8
    switch text[start] {
    case UInt8(ascii: "&"): last = UInt8(ascii: ";")
    case UInt8(ascii: "<"): last = UInt8(ascii: ">")
    case UInt8(ascii: "+"): last = UInt8(ascii: "-")
    case 0x1B: last = UInt8(ascii: "m")
    case let byte: return byte.isLetter || byte.isDigit ? 0 : 1
    }
    let inner = text[(start + 1)...].prefix(12).prefix { $0 > 0x20 && $0 != last }
    return inner.endIndex < text.count && text[inner.endIndex] == last ? inner.count + 2 : 1
  }

  private static func next(_ text: UnsafeRawBufferPointer, _ start: Int) -> UInt8? {
    start + 1 < text.count ? text[start + 1] : nil
  }

  private static func backslash(_ text: UnsafeRawBufferPointer, _ start: Int) -> (UInt32, Int)? {
    guard let kind = next(text, start) else { return nil }
    switch kind {
    // In UTF-16 a zero follows the backslash.
    case 0: return nil
    case _ where "ux".utf8.contains(kind) && next(text, start + 1) == UInt8(ascii: "{"):
      guard let end = text[start...].prefix(12).firstIndex(of: UInt8(ascii: "}")) else { return nil }
      return Hexadecimal.number(text[(start + 3)..<end]).map { ($0, end + 1 - start) }
    case UInt8(ascii: "u"):
      guard let unit = number(text, start + 2, digits: 4) else { return nil }
      if 0xD800..<0xDC00 ~= unit, next(text, start + 5) == UInt8(ascii: "\\"),
        next(text, start + 6) == UInt8(ascii: "u"), let low = number(text, start + 8, digits: 4), 0xDC00..<0xE000 ~= low
      {
        return (0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), 12)
      }
      return (unit, 6)
    case UInt8(ascii: "U"): return number(text, start + 2, digits: 8).map { ($0, 10) }
    case UInt8(ascii: "x"): return number(text, start + 2, digits: 2).map { ($0, 4) }
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      let digits = text[(start + 1)...].prefix(3).prefix { UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }
      return (digits.reduce(0) { $0 << 3 | UInt32($1 & 7) }, digits.count + 1)
    case UInt8(ascii: "n"): return (0x0A, 2)
    case UInt8(ascii: "r"): return (0x0D, 2)
    case UInt8(ascii: "t"): return (0x09, 2)
    case UInt8(ascii: "b"): return (0x08, 2)
    case UInt8(ascii: "f"): return (0x0C, 2)
    case let other: return (UInt32(other), 2)
    }
  }

  private static let entities: [(name: StaticString, byte: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
    ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
  ]

  private static func entity(_ text: UnsafeRawBufferPointer, _ start: Int) -> (UInt32, Int)? {
    let rest = text[start...].prefix(12)
    if let named = entities.first(where: { UnsafeRawBufferPointer(rebasing: rest).begins(with: $0.name) }) {
      return (UInt32(named.byte), named.name.utf8CodeUnitCount)
    }
    guard next(text, start) == UInt8(ascii: "#") else { return nil }
    let isHexadecimal = next(text, start + 1).map { $0 | 0x20 } == UInt8(ascii: "x")
    let digits = text[(start + (isHexadecimal ? 3 : 2))...]
      .prefix { isHexadecimal ? Hexadecimal.isDigit($0) : $0.isDigit }
    let number = isHexadecimal ? Hexadecimal.number(digits) : Int64(decimal: digits).flatMap { UInt32(exactly: $0) }
    guard !digits.isEmpty, let number else { return nil }
    // Browsers do not need the semicolon.
    let isClosed = digits.endIndex < text.count && text[digits.endIndex] == UInt8(ascii: ";")
    return (number, digits.endIndex + (isClosed ? 1 : 0) - start)
  }

  private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, digits: Int) -> UInt32? {
    guard start + digits <= text.count else { return nil }
    return Hexadecimal.number(text[start..<start + digits])
  }
}
