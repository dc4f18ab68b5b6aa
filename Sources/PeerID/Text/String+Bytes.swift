/// Functions on strings that use bytes and Unicode scalars.
///
/// Swift's own functions work on characters, and would need Unicode tables in the library. Texts of protocols do not
/// need them.
extension String {
  /// The text with the letters `A` to `Z` in lower case.
  var asciiLowercased: String {
    String(decoding: utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether the bytes begin with these.
  func begins(with start: String) -> Bool { utf8.starts(with: start.utf8) }

  /// Whether the bytes end with these.
  func ends(with end: String) -> Bool { utf8.suffix(end.utf8.count).elementsEqual(end.utf8) }

  /// The text for a message: its first `count` Unicode scalars, and `…` in place of others.
  func cut(to count: Int) -> String {
    let beginning = String(unicodeScalars.prefix(count))
    return beginning.utf8.count == utf8.count ? self : beginning + "…"
  }
}
