internal import CLinux

/// A key that is looked up often, as bytes.
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

  /// Whether the bytes are UTF-8. Nothing is copied.
  package var isUTF8: Bool {
    (try? UTF8Span(validating: bindMemory(to: UInt8.self).span)) != nil
  }
}
