/// Functions on strings that use bytes and Unicode scalars.
///
/// Swift's own functions work on characters, which HTTP, JSON and URLs do not need, and would add Unicode tables to the
/// library.
extension String {
  /// The text with the letters `A` to `Z` in lower case.
  @inline(never)
  var asciiLowercased: String {
    String(decoding: utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Calls `body` with the UTF-8.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var text = self
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  /// Whether both have the same bytes. `==` also accepts other bytes for the same characters.
  func isSame(as other: String) -> Bool {
    withBytes { bytes in other.withBytes { bytes.isSame(as: $0) } }
  }

  /// Whether the bytes begin with these.
  func begins(with start: StaticString) -> Bool { withBytes { $0.begins(with: start) } }

  /// Whether the bytes end with these.
  func ends(with end: StaticString) -> Bool { withBytes { $0.ends(with: end) } }

  /// The parts between these bytes that are not empty.
  func parts(separatedBy separator: UInt8) -> [String] {
    withBytes { $0.split(separator: separator).map { String(utf8: $0) } }
  }

  /// The text for a message: its first `count` Unicode scalars, and `…` in place of others.
  func cut(to count: Int) -> String {
    let beginning = String(unicodeScalars.prefix(count))
    return beginning.utf8.count == utf8.count ? self : beginning + "…"
  }
}
