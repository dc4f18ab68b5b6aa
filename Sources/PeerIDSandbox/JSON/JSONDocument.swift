internal import CJansson
package import PeerID

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
    if let fault { throw JSONSyntaxError(reason: fault, line: 0, column: 0) }
    let base = text.baseAddress?.assumingMemoryBound(to: CChar.self)
    guard let node = json_loadb(base, text.count, flags, &error) else {
      throw JSONSyntaxError(
        reason: String(cString: cjansson_error_text(&error)),
        line: max(Int(error.line), 0),
        column: max(Int(error.column), 0),
        isDuplicateKey: cjansson_error_code(&error) == CJANSSON_DUPLICATE_KEY
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
}
