internal import CJansson
internal import CLinux

/// A JSON syntax error: jansson's reason and the position.
package struct JSONSyntaxError: Error, Equatable {
  /// The description of the error.
  package let reason: String
  /// The line, counted from 1; 0 if the position is unknown.
  package let line: Int
  /// The column, counted from 1.
  package let column: Int
  /// Whether an object has a key twice.
  package let isDuplicateKey: Bool
  /// Whether parsing failed because memory ran out. Then the text may be valid.
  package let isOutOfMemory: Bool
}

extension JSONSyntaxError {
  /// The error for a fault that the scanner found at this position of a text.
  init(_ fault: JSONScanner.Fault, in text: UnsafeRawBufferPointer, at position: Int) {
    let read = text.prefix(position)
    let line = read.suffix(from: read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? read.startIndex)
    self.init(
      reason: fault.reason,
      line: read.count { $0 == UInt8(ascii: "\n") } + 1,
      // Continuation bytes of UTF-8 are not counted.
      column: line.count { $0 & 0xC0 != 0x80 } + 1,
      isDuplicateKey: fault.isDuplicateKey,
      isOutOfMemory: fault.isOutOfMemory
    )
  }
}

extension PeerIDError {
  /// The error if memory ran out; `nil` if the text is invalid.
  init?(outOfMemory error: JSONSyntaxError, _ outcome: Outcome = .notSent) {
    guard error.isOutOfMemory else { return nil }
    self.init(.outOfMemory, outcome, "memory ran out while JSON was read")
  }
}

/// A parsed JSON text. The values are views into the document and keep it alive.
package final class JSONDocument: @unchecked Sendable {
  let rootNode: OpaquePointer

  /// The outermost value.
  package var root: JSONValue { JSONValue(document: self, node: rootNode) }

  /// Creates the seed of jansson's hash tables. jansson would otherwise create the seed with the first object, and a
  /// child that is forked at that moment would wait for it forever. So this function is called first, under a lock for
  /// which a fork waits.
  static func createSeed() { json_object_seed(0) }

  /// Takes over one reference to `node`.
  init(owning node: OpaquePointer) {
    rootNode = node
  }

  /// Parses exactly one JSON value.
  ///
  /// The following are errors, too: an integer that does not fit into 64 bits, nesting deeper than `maximumDepth`, and
  /// bytes that are not UTF-8.
  package convenience init(parsing text: UnsafeRawBufferPointer, rejectDuplicates: Bool = false) throws(JSONSyntaxError)
  {
    var error = json_error_t()
    var flags = CJANSSON_ALLOW_NUL | CJANSSON_DECODE_ANY
    if rejectDuplicates { flags |= CJANSSON_REJECT_DUPLICATES }
    // jansson would skip a NUL after a number, `true`, `false` or `null`.
    let fault: String? =
      text.contains(0)
      ? "it holds a NUL" : Self.isTooDeep(text) ? "it is nested more than \(Self.maximumDepth) levels deep" : nil
    if let fault {
      throw JSONSyntaxError(reason: fault, line: 0, column: 0, isDuplicateKey: false, isOutOfMemory: false)
    }
    let base = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    errno = 0
    let node = json_loadb(base, text.count, flags, &error)
    // jansson reports only some failed allocations.
    let isOutOfMemory = errno == ENOMEM
    guard let node else {
      throw JSONSyntaxError(
        reason: String(cString: cjansson_error_text(&error)),
        line: max(Int(error.line), 0),
        column: max(Int(error.column), 0),
        isDuplicateKey: cjansson_error_code(&error) == CJANSSON_DUPLICATE_KEY,
        isOutOfMemory: isOutOfMemory || cjansson_error_code(&error) == CJANSSON_OUT_OF_MEMORY
      )
    }
    // jansson 2.14 silently drops a character of a string or number when its buffer cannot grow (`lex_save`).
    guard !isOutOfMemory else {
      JSONDocument(owning: OpaquePointer(node)).wipeStrings()
      throw JSONSyntaxError(
        reason: "memory ran out",
        line: 0,
        column: 0,
        isDuplicateKey: false,
        isOutOfMemory: true
      )
    }
    self.init(owning: OpaquePointer(node))
  }

  /// Parses the UTF-8 of `text`.
  package convenience init(_ text: String, rejectDuplicates: Bool = false) throws(JSONSyntaxError) {
    let bytes = Bytes(text)
    defer { withExtendedLifetime(bytes) {} }
    try self.init(parsing: bytes.raw, rejectDuplicates: rejectDuplicates)
  }

  /// The maximum nesting of values. jansson would accept 2,048 levels, but printing them uses 300 bytes of stack for
  /// each level (measured), which is more than a small thread has.
  package static let maximumDepth = 64

  /// Counts brackets outside strings. (Invalid JSON is left to jansson.)
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
