extension JSONDocument {
  /// The maximum length, in bytes, of an answer that is repaired and parsed again.
  private static let longestRepaired = 1 << 20

  /// Parses a server's answer. Values that jansson cannot represent do not make the rest unreadable: a number that is
  /// too large becomes a string of its digits, and half of a surrogate pair becomes U+FFFD.
  static func answer(_ text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> JSONDocument {
    do throws(JSONSyntaxError) {
      return try JSONDocument(parsing: text)
    } catch {
      guard !error.isOutOfMemory, let repaired = repaired(text) else { throw error }
      return try repaired.withBytes { (text) throws(JSONSyntaxError) in try JSONDocument(parsing: text) }
    }
  }

  /// A copy of the text in which the values that jansson cannot represent are replaced; `nil` if a string or number is
  /// malformed. The result may contain tokens, so it is wiped.
  private static func repaired(_ text: UnsafeRawBufferPointer) -> Bytes? {
    guard text.count <= longestRepaired else { return nil }
    // In the worst case, each escape of two characters becomes an escape of six characters.
    let result = Bytes(capacity: 3 * text.count, wipes: true) { target in
      var writer = JSONLiteral.Writer(target: target)
      var scanner = JSONScanner(text)
      let isRead = (try? repair(&scanner, &writer)) != nil
      return isRead ? writer.count : 0
    }
    return result.count > 0 ? result : nil
  }

  private static func repair(
    _ scanner: inout JSONScanner,
    _ writer: inout JSONLiteral.Writer
  ) throws(JSONScanner.Fault) {
    while scanner.position < scanner.bytes.count {
      let start = scanner.position
      var isHeld = true
      switch scanner.next {
      case UInt8(ascii: "\""):
        let string = try scanner.string()
        guard string.hasHalfPair else { break }
        scanner.copy(of: string, wipes: true).withBytes { writer.putQuoted($0) }
        continue
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        let number = try scanner.number()
        isHeld = number.isInteger ? number.integer != nil : scanner.isOrdinary(start..<scanner.position)
      default: scanner.position += 1
      }
      let part = scanner.bytes[start..<scanner.position]
      if isHeld { writer.put(part) } else { writer.putQuoted(part) }
    }
  }
}

extension JSONScanner {
  /// Whether a number with a fraction or an exponent is below 10^300, and so fits into a double.
  fileprivate func isOrdinary(_ number: Range<Int>) -> Bool {
    let exponent = bytes[number].drop { $0 | 0x20 != UInt8(ascii: "e") }.filter(isDigit)
    return number.count < 200 && exponent.count <= 2
  }
}
