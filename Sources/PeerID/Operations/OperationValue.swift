/// Reads the values of an operation as the server and the chain do.
extension JSONIndex.Value {
  /// The integer. Like the server, this accepts a string with blanks around the digits.
  @inline(never)
  var wholeNumber: Int64? {
    integer ?? trimmed.flatMap { Int64(decimal: $0) }
  }

  /// The boolean, from a boolean or a string.
  var truth: Bool? {
    if let boolean { return boolean }
    switch string?.asciiLowercased {
    case "true": return true
    case "false": return false
    default: return nil
    }
  }

  /// The string without surrounding blanks.
  var trimmed: UnsafeRawBufferPointer? {
    guard let text = utf8, let first = text.first else { return utf8 }
    if 0x21..<0x7F ~= first, 0x21..<0x7F ~= text[text.count - 1] { return text }
    let scalars = String(utf8: text).unicodeScalars
    let start = scalars.prefix(while: isBlank).reduce(0) { $0 + UTF8.width($1) }
    if start == text.count { return UnsafeRawBufferPointer(rebasing: text[..<0]) }
    let end = scalars.reversed().prefix(while: isBlank).reduce(text.count) { $0 - UTF8.width($1) }
    return UnsafeRawBufferPointer(rebasing: text[start..<end])
  }

  /// The value in a canonical form for comparison: an object id without blanks and leading zeros.
  var comparableText: String? {
    if kind == .integer { return integer.map(String.init) ?? digits }
    if let boolean { return boolean ? "true" : "false" }
    guard let text = trimmed else { return nil }
    guard let dot = text.lastIndex(of: UInt8(ascii: ".")), let first = text[(dot + 1)...].first,
      !(UInt8(ascii: "1")...UInt8(ascii: "9") ~= first), let instance = Int64(decimal: text[(dot + 1)...])
    else { return String(utf8: text) }
    return String(utf8: text[...dot]) + String(instance)
  }

  /// The elements of an array in a form for comparison; of pairs, the first elements.
  var comparableTexts: [String] {
    elements.compactMap { ($0.kind == .array ? $0[0] : $0)?.comparableText }
  }

  /// The value for a message, truncated if it is long.
  var shown: String {
    switch kind {
    case .integer, .real: return digits?.cut(to: 60) ?? ""
    case .boolean: return boolean == true ? "true" : "false"
    case .null: return "null"
    case .array: return "an array of \(count)"
    case .object: return "an object"
    case .string:
      let text = utf8.map { String(utf8: $0.prefix(60)) } ?? ""
      return "'\(text)\(utf8?.count ?? 0 > 60 ? "…" : "")'"
    }
  }
}

/// Whether JavaScript's `trim` removes it: Unicode white space and line terminators, and the byte order mark.
private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09...0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF: true
  default: false
  }
}
