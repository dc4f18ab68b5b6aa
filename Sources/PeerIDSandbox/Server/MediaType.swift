/// The value of a `Content-Type` header.
struct MediaType {
  let name: String
  /// The charset in lower case; UTF-8 if the header names none.
  let charset: String

  /// The charsets of JSON that the body parser and its converter know.
  static let jsonCharsets: Set<String> = ["utf-8", "utf-16", "utf-16le", "utf-16be", "utf-7"]

  /// `nil` if the parameters are malformed; the server then reads no body.
  init?(_ header: String) {
    let parts = header.split(separator: ";", omittingEmptySubsequences: false)
    name = Schema.trimmed(String(parts[0])).lowercased()
    var charset = "utf-8"
    for part in parts.dropFirst() {
      let sides = Schema.trimmed(String(part)).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, Self.isToken(sides[0]), let value = Self.unquoted(sides[1]) else { return nil }
      if sides[0].lowercased() == "charset" { charset = value.lowercased() }
    }
    self.charset = charset
  }

  private static func isToken(_ text: Substring) -> Bool {
    let separators = "()<>@,;:\\\"/[]?={}".utf8
    return !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !separators.contains($0) }
  }

  private static func unquoted(_ text: Substring) -> String? {
    if text.count >= 2, text.first == "\"", text.last == "\"" { return String(text.dropFirst().dropLast()) }
    return isToken(text) ? String(text) : nil
  }

  /// The bytes as text. UTF-16 without a byte order mark is little-endian.
  static func text(_ bytes: [UInt8], _ charset: String) -> String {
    guard charset.hasPrefix("utf-16") else { return String(decoding: bytes, as: UTF8.self) }
    let isBig = charset == "utf-16be" || charset == "utf-16" && bytes.starts(with: [0xFE, 0xFF])
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    return String(decoding: units, as: UTF16.self)
  }
}
