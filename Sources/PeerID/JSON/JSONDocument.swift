internal import CJansson
internal import CLinux

/// A JSON text that could not be read, with jansson's reason and the place.
package struct JSONSyntaxError: Error, Equatable {
  /// What is wrong, as a person would want to read it.
  package let reason: String
  /// The line, counted from 1; 0 when the fault has no place.
  package let line: Int
  /// The column, counted from 1.
  package let column: Int
  /// Whether one object holds a key twice.
  package let isDuplicateKey: Bool
  /// Whether nothing is wrong with the text, but memory ran out while it was read.
  package let isOutOfMemory: Bool
}

extension JSONSyntaxError {
  /// A fault that the scanner found at a place of a text.
  init(_ fault: JSONScanner.Fault, in text: UnsafeRawBufferPointer, at position: Int) {
    let read = text.prefix(position)
    let line = read.suffix(from: read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? read.startIndex)
    self.init(
      reason: fault.reason,
      line: read.count { $0 == UInt8(ascii: "\n") } + 1,
      // What continues a character is none of its own.
      column: line.count { $0 & 0xC0 != 0x80 } + 1,
      isDuplicateKey: fault.isDuplicateKey,
      isOutOfMemory: false
    )
  }
}

extension PeerIDError {
  /// What to report in place of a fault in the text when memory ran out; `nil` when the text is at fault.
  init?(outOfMemory error: JSONSyntaxError, _ outcome: Outcome = .notSent) {
    guard error.isOutOfMemory else { return nil }
    self.init(.outOfMemory, outcome, "memory ran out while JSON was read")
  }
}

/// A parsed JSON text. Its values are views into it and keep it alive.
package final class JSONDocument: @unchecked Sendable {
  let rootNode: OpaquePointer

  /// The outermost value.
  package var root: JSONValue { JSONValue(document: self, node: rootNode) }

  /// Takes over one reference to `node`.
  init(owning node: OpaquePointer) {
    rootNode = node
  }

  /// Parses exactly one JSON value.
  ///
  /// Integers are kept as they are when they fit into 64 bits, and are an error when they do not. Nesting deeper than
  /// `maximumDepth` is an error, as are bytes that are not UTF-8.
  package init(parsing text: UnsafeRawBufferPointer, rejectDuplicates: Bool = false) throws(JSONSyntaxError) {
    var error = json_error_t()
    var flags = CJANSSON_ALLOW_NUL | CJANSSON_DECODE_ANY
    if rejectDuplicates { flags |= CJANSSON_REJECT_DUPLICATES }
    // jansson skips a NUL after a number or a word.
    let fault: String? =
      text.contains(0)
      ? "it holds a NUL" : Self.isTooDeep(text) ? "it is nested more than \(Self.maximumDepth) levels deep" : nil
    if let fault {
      throw JSONSyntaxError(reason: fault, line: 0, column: 0, isDuplicateKey: false, isOutOfMemory: false)
    }
    let base = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    errno = 0
    guard let node = json_loadb(base, text.count, flags, &error) else {
      throw JSONSyntaxError(
        reason: String(cString: cjansson_error_text(&error)),
        line: max(Int(error.line), 0),
        column: max(Int(error.column), 0),
        isDuplicateKey: cjansson_error_code(&error) == CJANSSON_DUPLICATE_KEY,
        isOutOfMemory: cjansson_error_code(&error) == CJANSSON_OUT_OF_MEMORY
      )
    }
    // jansson 2.14 drops a character of a string or number without a word when its buffer cannot grow (`lex_save`).
    guard errno != ENOMEM else {
      JSONDocument(owning: OpaquePointer(node)).wipeStrings()
      throw JSONSyntaxError(
        reason: "memory ran out",
        line: 0,
        column: 0,
        isDuplicateKey: false,
        isOutOfMemory: true
      )
    }
    rootNode = OpaquePointer(node)
  }

  /// Parses the UTF-8 of `text`.
  package convenience init(_ text: String, rejectDuplicates: Bool = false) throws(JSONSyntaxError) {
    let bytes = Bytes(text)
    defer { withExtendedLifetime(bytes) {} }
    try self.init(parsing: bytes.raw, rejectDuplicates: rejectDuplicates)
  }

  /// How deep values may be nested. jansson would take 2,048 levels, and then needs more stack than a small thread has
  /// to print them: 300 bytes a level, measured.
  package static let maximumDepth = 64

  /// Counts brackets outside of strings. jansson reports invalid JSON.
  private static func isTooDeep(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count > maximumDepth else { return false }
    var depth = 0
    var isInString = false
    var isEscaped = false
    for byte in text {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth > maximumDepth { return true }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
    }
    return false
  }

  deinit {
    cjansson_decref(UnsafeMutablePointer(rootNode))
  }

  /// Overwrites every string in the document with zeroes, so that secrets do not outlive it in freed memory.
  ///
  /// No value of the document may be read as text afterwards.
  package func wipeStrings() {
    root.wipeStrings()
  }
}
