/// Percent-encoding as forms use it.
enum PercentCoding {
  /// Decodes `%41` and `+`; what is not an escape stays as it is, like in Node's `querystring`.
  static func decode(_ text: some StringProtocol) -> String {
    let source = text.utf8
    guard source.contains(where: { $0 == 0x25 || $0 == 0x2B }) else { return String(text) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(source.count)
    var index = source.startIndex
    while index < source.endIndex {
      let byte = source[index]
      let next = source.index(after: index)
      if byte == 0x25, let high = digit(source, at: next), let low = digit(source, at: source.index(after: next)) {
        decoded.append(high << 4 | low)
        index = source.index(next, offsetBy: 2)
      } else {
        decoded.append(byte == 0x2B ? 0x20 : byte)
        index = next
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Encodes everything apart from the unreserved characters of RFC 3986.
  static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
      default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// The pairs of a query string or a form.
  static func pairs(_ text: some StringProtocol) -> [(key: String, value: String)] {
    text.split(separator: "&").map { pair in
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decode(sides[0]), sides.count > 1 ? decode(sides[1]) : "")
    }
  }

  private static func digit<Text: Collection>(_ text: Text, at index: Text.Index) -> UInt8?
  where Text.Element == UInt8 {
    guard index < text.endIndex else { return nil }
    switch text[index] {
    case let byte where byte >= 0x30 && byte <= 0x39: return byte - 0x30
    case let byte where byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66: return (byte | 0x20) - 0x61 + 10
    default: return nil
    }
  }
}
