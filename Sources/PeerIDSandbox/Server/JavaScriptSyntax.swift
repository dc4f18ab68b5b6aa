/// The error message of Node 20's `JSON.parse`.
///
/// The server returns these messages to its clients. So, if a text is not JSON, the sandbox scans it a second time by
/// V8's rules, to find the same message and position.
struct JavaScriptSyntax {
  private struct Failure: Error {
    let message: String
  }

  private let text: [UInt16]
  private var position = 0

  private init(_ text: String) {
    self.text = Array(text.utf16)
  }

  /// The error in `text`; `nil` if it is JSON.
  static func problem(in text: String) -> String? {
    var scanner = JavaScriptSyntax(text)
    do throws(Failure) {
      try scanner.value()
      scanner.skipBlanks()
      if scanner.position < scanner.text.count {
        return "Unexpected non-whitespace character after JSON at position \(scanner.position)"
      }
      return nil
    } catch {
      return error.message
    }
  }

  /// The message of `body-parser` for a body that starts with neither `{` nor `[`.
  static func notAnObject(_ text: String) -> String {
    let blanks = text.prefix { " \t\r\n".unicodeScalars.contains($0.unicodeScalars.first ?? "x") }
    guard let first = text.dropFirst(blanks.count).first else {
      return "Cannot read properties of null (reading '1')"
    }
    return "Unexpected token '\(first)', \"\(blanks)#\" is not valid JSON"
  }

  private var current: UInt16? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while let unit = current, unit == 0x20 || unit == 0x09 || unit == 0x0A || unit == 0x0D { position += 1 }
  }

  private enum Container {
    case object, array
  }

  /// Scans a value without recursion, because V8 accepts any depth of nesting.
  private mutating func value() throws(Failure) {
    var open: [Container] = []
    repeat {
      skipBlanks()
      guard let unit = current else { throw end }
      switch unit {
      case UInt16(ascii: "{"):
        if try enterObject() {
          open.append(.object)
          continue
        }
      case UInt16(ascii: "["):
        if enterArray() {
          open.append(.array)
          continue
        }
      case UInt16(ascii: "\""): try string()
      case UInt16(ascii: "-"), UInt16(ascii: "0")...UInt16(ascii: "9"): try number()
      case UInt16(ascii: "t"): try word("true")
      case UInt16(ascii: "f"): try word("false")
      case UInt16(ascii: "n"): try word("null")
      default: throw unexpected
      }
      while let container = open.last, try !isFollowed(in: container) { open.removeLast() }
    } while !open.isEmpty
  }

  /// Enters an object, up to its first value; returns `false` if it is empty.
  private mutating func enterObject() throws(Failure) -> Bool {
    position += 1
    skipBlanks()
    if skip("}") { return false }
    guard current == UInt16(ascii: "\"") else { throw at("Expected property name or '}' in JSON") }
    try name(isFirst: true)
    return true
  }

  private mutating func enterArray() -> Bool {
    position += 1
    skipBlanks()
    return !skip("]")
  }

  /// Whether another value follows. If not, the closing bracket is skipped.
  private mutating func isFollowed(in container: Container) throws(Failure) -> Bool {
    skipBlanks()
    switch container {
    case .object:
      if skip("}") { return false }
      guard skip(",") else { throw at("Expected ',' or '}' after property value in JSON") }
      skipBlanks()
      guard current == UInt16(ascii: "\"") else { throw at("Expected double-quoted property name in JSON") }
      try name(isFirst: false)
    case .array:
      if skip("]") { return false }
      guard skip(",") else { throw at("Expected ',' or ']' after array element in JSON") }
    }
    return true
  }

  /// Scans a name and its colon.
  private mutating func name(isFirst: Bool) throws(Failure) {
    try string()
    skipBlanks()
    // V8 has a specific message only for the first property.
    guard skip(":") else {
      throw isFirst ? at("Expected ':' after property name in JSON") : current == nil ? end : unexpected
    }
  }

  private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard current == UInt16(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func string() throws(Failure) {
    position += 1
    while let unit = current {
      if unit == UInt16(ascii: "\"") {
        position += 1
        return
      }
      if unit < 0x20 { throw at("Bad control character in string literal in JSON") }
      position += 1
      if unit == UInt16(ascii: "\\") { try escape() }
    }
    throw at("Unterminated string in JSON")
  }

  private mutating func escape() throws(Failure) {
    guard let unit = current else { throw end }
    if unit == UInt16(ascii: "u") {
      for _ in 0..<4 {
        position += 1
        guard let digit = current, Self.isHex(digit) else { throw at("Bad Unicode escape in JSON") }
      }
    } else if !"\"\\/bfnrt".utf16.contains(unit) {
      throw at("Bad escaped character in JSON")
    }
    position += 1
  }

  private mutating func number() throws(Failure) {
    if current == UInt16(ascii: "-") {
      position += 1
      guard isDigit else { throw at("No number after minus sign in JSON") }
    }
    if current == UInt16(ascii: "0") {
      position += 1
      if isDigit { throw at("Unexpected number in JSON") }
    } else {
      while isDigit { position += 1 }
    }
    if current == UInt16(ascii: ".") {
      position += 1
      guard isDigit else { throw at("Unterminated fractional number in JSON") }
      while isDigit { position += 1 }
    }
    if current == UInt16(ascii: "e") || current == UInt16(ascii: "E") {
      position += 1
      if current == UInt16(ascii: "+") || current == UInt16(ascii: "-") { position += 1 }
      guard isDigit else { throw at("Exponent part is missing a number in JSON") }
      while isDigit { position += 1 }
    }
  }

  private mutating func word(_ word: String) throws(Failure) {
    for unit in word.utf16 {
      guard current == unit else { throw current == nil ? end : unexpected }
      position += 1
    }
  }

  private var isDigit: Bool { current.map { $0 >= 0x30 && $0 <= 0x39 } ?? false }

  private static func isHex(_ unit: UInt16) -> Bool {
    unit >= 0x30 && unit <= 0x39 || unit | 0x20 >= 0x61 && unit | 0x20 <= 0x66
  }

  private var end: Failure { Failure(message: "Unexpected end of JSON input") }

  private func at(_ message: String) -> Failure { Failure(message: "\(message) at position \(position)") }

  /// V8 quotes the text around the position: all of a short text, otherwise 10 UTF-16 units on either side.
  private var unexpected: Failure {
    if isDigit || current == UInt16(ascii: "-") { return at("Unexpected number in JSON") }
    if current == UInt16(ascii: "\"") { return at("Unexpected string in JSON") }
    let around = 10
    let quote: String
    if text.count <= 2 * around {
      quote = "\"\(slice(0, text.count))\""
    } else if position < around {
      quote = "\"\(slice(0, position + around))\"..."
    } else if position < text.count - around {
      quote = "...\"\(slice(position - around, position + around))\"..."
    } else {
      quote = "...\"\(slice(position - around, text.count))\""
    }
    return Failure(message: "Unexpected token '\(slice(position, position + 1))', \(quote) is not valid JSON")
  }

  private func slice(_ from: Int, _ to: Int) -> String {
    String(decoding: text[max(from, 0)..<min(to, text.count)], as: UTF16.self)
  }
}

extension UInt16 {
  fileprivate init(ascii: Unicode.Scalar) { self = UInt16(UInt8(ascii: ascii)) }
}
