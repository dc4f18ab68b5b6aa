internal import CJansson
internal import CLinux

/// One value of a `JSONDocument`.
package struct JSONValue: @unchecked Sendable {
  /// The kinds of JSON value. Numbers are integers or, if they have a fraction or an exponent, reals.
  package enum Kind: Equatable, Sendable {
    case object, array, string, integer, real, boolean, null
  }

  private let document: JSONDocument
  private let node: UnsafeMutablePointer<json_t>

  init(document: JSONDocument, node: OpaquePointer) {
    self.document = document
    self.node = UnsafeMutablePointer(node)
  }

  private init(document: JSONDocument, node: UnsafeMutablePointer<json_t>) {
    self.document = document
    self.node = node
  }

  /// What kind of value this is.
  package var kind: Kind {
    switch cjansson_typeof(node) {
    case JSON_OBJECT: .object
    case JSON_ARRAY: .array
    case JSON_STRING: .string
    case JSON_INTEGER: .integer
    case JSON_REAL: .real
    case JSON_TRUE, JSON_FALSE: .boolean
    default: .null
    }
  }

  package var isNull: Bool { cjansson_typeof(node) == JSON_NULL }

  /// The exact integer, if this is one.
  package var integer: Int64? {
    cjansson_typeof(node) == JSON_INTEGER ? Int64(json_integer_value(node)) : nil
  }

  /// The number as a double, if this is a number.
  package var number: Double? {
    switch cjansson_typeof(node) {
    case JSON_INTEGER: Double(json_integer_value(node))
    case JSON_REAL: json_real_value(node)
    default: nil
    }
  }

  /// The truth value, if this is one.
  package var boolean: Bool? {
    switch cjansson_typeof(node) {
    case JSON_TRUE: true
    case JSON_FALSE: false
    default: nil
    }
  }

  /// The text, if this is a string.
  package var string: String? {
    utf8.map { String(utf8: $0) }
  }

  /// The UTF-8 of a string, valid as long as the document.
  package var utf8: UnsafeRawBufferPointer? {
    guard let start = json_string_value(node) else { return nil }
    return UnsafeRawBufferPointer(start: start, count: json_string_length(node))
  }

  /// The UTF-8 of a string, copied into memory that is wiped on release.
  package var secret: Bytes? {
    utf8.map { Bytes($0, wipes: true) }
  }

  /// The number of elements of an array or members of an object; 0 for every other kind.
  package var count: Int {
    switch cjansson_typeof(node) {
    case JSON_ARRAY: json_array_size(node)
    case JSON_OBJECT: json_object_size(node)
    default: 0
    }
  }

  /// The member of an object with this key.
  package subscript(key: StaticString) -> JSONValue? {
    let name = UnsafeRawPointer(key.utf8Start).assumingMemoryBound(to: CChar.self)
    return json_object_getn(node, name, key.utf8CodeUnitCount).map { JSONValue(document: document, node: $0) }
  }

  /// The member of an object with this key, for a key that is not a literal.
  package func member(_ key: String) -> JSONValue? {
    var key = key
    let found = key.withUTF8 { name in
      name.withMemoryRebound(to: CChar.self) { json_object_getn(node, $0.baseAddress, $0.count) }
    }
    return found.map { JSONValue(document: document, node: $0) }
  }

  /// The element of an array at this index; `nil` past its end.
  package subscript(index: Int) -> JSONValue? {
    guard index >= 0 else { return nil }
    return json_array_get(node, index).map { JSONValue(document: document, node: $0) }
  }

  /// The elements of an array; empty for every other kind.
  package var elements: [JSONValue] {
    guard cjansson_typeof(node) == JSON_ARRAY else { return [] }
    return (0..<json_array_size(node)).compactMap { self[$0] }
  }

  /// The members of an object in the order of the text; empty for every other kind.
  package var members: [(key: String, value: JSONValue)] {
    var result: [(key: String, value: JSONValue)] = []
    forEachMember { result.append((String(utf8: $0), $1)) }
    return result
  }

  /// Calls `body` for each member of an object, in the order of the text, with the key's UTF-8.
  package func forEachMember<Failure: Error>(
    _ body: (UnsafeRawBufferPointer, JSONValue) throws(Failure) -> Void
  ) throws(Failure) {
    guard cjansson_typeof(node) == JSON_OBJECT else { return }
    var iterator = json_object_iter(node)
    while let position = iterator {
      if let value = json_object_iter_value(position) {
        let key = UnsafeRawBufferPointer(
          start: json_object_iter_key(position),
          count: json_object_iter_key_len(position)
        )
        try body(key, JSONValue(document: document, node: value))
      }
      iterator = json_object_iter_next(node, position)
    }
  }

  /// The value as compact JSON. `expected` is the likely length: if it is long enough, the text is written in one pass.
  /// If `wipes` is set, the text is overwritten when it is released.
  package func compactText(expecting expected: Int = 512, wipes: Bool = false) -> Bytes {
    let flags = CJANSSON_COMPACT | CJANSSON_ENCODE_ANY | CJANSSON_DECIMAL_DIGITS
    var needed = 0
    let first = Bytes(capacity: expected, wipes: wipes) { target in
      needed = target.withMemoryRebound(to: CChar.self) { json_dumpb(node, $0.baseAddress, $0.count, flags) }
      return needed
    }
    if needed <= expected { return first }
    return Bytes(capacity: needed, wipes: wipes) { target in
      target.withMemoryRebound(to: CChar.self) { json_dumpb(node, $0.baseAddress, $0.count, flags) }
    }
  }

  var retainedNode: UnsafeMutablePointer<json_t>? { cjansson_incref(node) }

  /// Overwrites every string of the whole document this value belongs to; see `JSONDocument.wipeStrings`.
  func wipeDocument() {
    document.wipeStrings()
  }

  func wipeStrings() {
    if let text = utf8, let start = text.baseAddress {
      explicit_bzero(UnsafeMutableRawPointer(mutating: start), text.count)
    } else {
      for element in elements { element.wipeStrings() }
      forEachMember { $1.wipeStrings() }
    }
  }
}
