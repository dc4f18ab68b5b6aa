/// A key that is looked up often, as bytes.
struct JSONKey: Sendable {
  let bytes: Bytes

  init(_ text: String) {
    bytes = Bytes(text)
  }

  /// Whether `key` equals this key.
  @inline(__always)
  func matches(_ key: UnsafeRawBufferPointer) -> Bool {
    key.isSame(as: bytes.raw)
  }
}
