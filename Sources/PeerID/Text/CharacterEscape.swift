/// The ways in which servers and proxies escape a character when they quote a request.
enum CharacterEscape: CaseIterable {
  case percent
  /// As in JSON and JavaScript.
  case backslash
  /// As in HTML.
  case entity

  /// The bytes that the escape at `start` encodes, and its length; `nil` when there is none. A form writes a blank as
  /// `+`.
  static func read(_ text: UnsafeRawBufferPointer, at start: Int) -> (bytes: [UInt8], length: Int)? {
    switch text[start] {
    case UInt8(ascii: "+"): ([UInt8(ascii: " ")], 1)
    // Mail writes an escape with `=`.
    case UInt8(ascii: "%"), UInt8(ascii: "="): percent.read(text, start)
    case UInt8(ascii: "\\"): backslash.read(text, start)
    case UInt8(ascii: "&"): entity.read(text, start)
    default: nil
    }
  }

  /// The text with each escape of this kind decoded.
  func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == mark, let escape = read(text, index) {
        decoded += escape.bytes
        index += escape.length
      } else {
        decoded.append(text[index])
        index += 1
      }
    }
    return decoded
  }

  private var mark: UInt8 {
    switch self {
    case .percent: UInt8(ascii: "%")
    case .backslash: UInt8(ascii: "\\")
    case .entity: UInt8(ascii: "&")
    }
  }

  private func read(_ text: UnsafeRawBufferPointer, _ start: Int) -> (bytes: [UInt8], length: Int)? {
    switch self {
    case .percent: Self.number(text, start + 1, digits: 2).map { ([UInt8(truncatingIfNeeded: $0)], 3) }
    case .backslash: Self.backslash(text, start)
    case .entity: Self.entity(text, start)
    }
  }

  private static func backslash(_ text: UnsafeRawBufferPointer, _ start: Int) -> ([UInt8], Int)? {
    guard start + 1 < text.count else { return nil }
    switch text[start + 1] {
    case UInt8(ascii: "u") where start + 2 < text.count && text[start + 2] == UInt8(ascii: "{"):
      guard let end = text[start...].prefix(12).firstIndex(of: UInt8(ascii: "}")) else { return nil }
      return Hexadecimal.number(text[(start + 3)..<end]).flatMap(utf8).map { ($0, end + 1 - start) }
    case UInt8(ascii: "u"):
      guard let unit = number(text, start + 2, digits: 4) else { return nil }
      if 0xD800..<0xDC00 ~= unit, start + 7 < text.count, text[start + 6] == UInt8(ascii: "\\"),
        text[start + 7] == UInt8(ascii: "u"), let low = number(text, start + 8, digits: 4), 0xDC00..<0xE000 ~= low
      {
        return utf8(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)).map { ($0, 12) }
      }
      return utf8(unit).map { ($0, 6) }
    case UInt8(ascii: "x"): return number(text, start + 2, digits: 2).flatMap(utf8).map { ($0, 4) }
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      let digits = text[(start + 1)...].prefix(3)
      if digits.count == 3, let byte = UInt8(String(utf8: digits), radix: 8) { return ([byte], 4) }
      return ([text[start + 1]], 2)
    case UInt8(ascii: "n"): return ([0x0A], 2)
    case UInt8(ascii: "r"): return ([0x0D], 2)
    case UInt8(ascii: "t"): return ([0x09], 2)
    case UInt8(ascii: "b"): return ([0x08], 2)
    case UInt8(ascii: "f"): return ([0x0C], 2)
    case let other: return ([other], 2)
    }
  }

  private static let entities: [(name: StaticString, byte: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
    ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
  ]

  private static func entity(_ text: UnsafeRawBufferPointer, _ start: Int) -> ([UInt8], Int)? {
    let rest = text[start...].prefix(12)
    if let named = entities.first(where: { UnsafeRawBufferPointer(rebasing: rest).begins(with: $0.name) }) {
      return ([named.byte], named.name.utf8CodeUnitCount)
    }
    guard rest.dropFirst().first == UInt8(ascii: "#"), let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
      return nil
    }
    let digits = rest[(start + 2)..<end]
    guard let first = digits.first else { return nil }
    let isHexadecimal = first | 0x20 == UInt8(ascii: "x")
    let number =
      isHexadecimal
      ? Hexadecimal.number(digits.dropFirst()) : Int64(String(utf8: digits)).flatMap { UInt32(exactly: $0) }
    return number.flatMap(utf8).map { ($0, end + 1 - start) }
  }

  private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, digits: Int) -> UInt32? {
    guard start + digits <= text.count else { return nil }
    return Hexadecimal.number(text[start..<start + digits])
  }

  private static func utf8(_ scalar: UInt32) -> [UInt8]? {
    Unicode.Scalar(scalar).flatMap(UTF8.encode).map(Array.init)
  }
}
