import Glibc

/// What can be asked of a JSON value, whoever has read it: jansson (`JSONValue`) or the scanner (`JSONIndex.Value`).
protocol JSONReadable {
  /// What kind of value this is.
  var kind: JSONValue.Kind { get }
  /// The exact integer, if this is one.
  var integer: Int64? { get }
  /// The number as a double, if this is a number.
  var number: Double? { get }
  /// The truth value, if this is one.
  var boolean: Bool? { get }
  /// The UTF-8 of a string, valid as long as the text.
  var utf8: UnsafeRawBufferPointer? { get }
  /// How many elements an array or members an object has; 0 for every other kind.
  var count: Int { get }
  /// The element of an array at this index; `nil` past its end.
  subscript(index: Int) -> Self? { get }
  /// Calls `body` for each element of an array.
  func forEachElement<Failure: Error>(_ body: (Self) throws(Failure) -> Void) throws(Failure)
  /// The member of an object with this key.
  func member(_ key: JSONKey) -> Self?
  /// Calls `body` for each member of an object, in the order of the text, with the key's UTF-8.
  func forEachMember<Failure: Error>(
    _ body: (UnsafeRawBufferPointer, Self) throws(Failure) -> Void
  ) throws(Failure)
}

extension JSONReadable {
  /// The text, if this is a string.
  var string: String? {
    utf8.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A key that is looked for again and again: its bytes are at hand.
struct JSONKey: Sendable {
  private let bytes: Bytes

  init(_ text: String) {
    bytes = Bytes(text)
  }

  /// Whether `key` is this one.
  @inline(__always)
  func matches(_ key: UnsafeRawBufferPointer) -> Bool {
    key.isSame(as: bytes.raw)
  }

  /// Lends the key to C.
  func withCString<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
    bytes.withBytes { _ in body(bytes.cString, bytes.count) }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether both hold the same bytes.
  @inline(__always)
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else {
      return count == other.count
    }
    return memcmp(mine, theirs, count) == 0
  }
}
