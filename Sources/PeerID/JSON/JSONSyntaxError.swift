/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Equatable {
  /// What is wrong, for a person.
  package let reason: String
  /// The line, counted from 1; 0 when the error has no place.
  package let line: Int
  /// The column, counted from 1.
  package let column: Int
  /// Whether an object holds a key twice.
  package let isDuplicateKey: Bool

  package init(reason: String, line: Int, column: Int, isDuplicateKey: Bool = false) {
    self.reason = reason
    self.line = line
    self.column = column
    self.isDuplicateKey = isDuplicateKey
  }

  /// An error that the scanner found at a position in a text.
  init(_ fault: JSONScanner.Fault, in text: UnsafeRawBufferPointer, at position: Int) {
    let read = text.prefix(position)
    let line = read.suffix(from: read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? read.startIndex)
    self.init(
      reason: fault.reason,
      line: read.count { $0 == UInt8(ascii: "\n") } + 1,
      // Continuation bytes of UTF-8 do not count.
      column: line.count { $0 & 0xC0 != 0x80 } + 1,
      isDuplicateKey: fault.isDuplicateKey
    )
  }
}

/// The kinds of JSON value; integers are numbers without fraction and exponent.
package enum JSONKind: Equatable, Sendable {
  case object, array, string, integer, real, boolean, null
}
