internal import CJansson
import Glibc

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
  /// jansson's limit (2,048) is an error, as are bytes that are not UTF-8.
  package init(parsing text: UnsafeRawBufferPointer, rejectDuplicates: Bool = false) throws(JSONSyntaxError) {
    var error = json_error_t()
    var flags = CJANSSON_ALLOW_NUL | CJANSSON_DECODE_ANY
    if rejectDuplicates { flags |= CJANSSON_REJECT_DUPLICATES }
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
