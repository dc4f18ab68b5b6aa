internal import CLinux

extension UnsafeRawBufferPointer {
  /// Whether both hold the same bytes.
  @inline(__always)
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else {
      return count == other.count
    }
    return memcmp(mine, theirs, count) == 0
  }

  /// Whether the bytes are those of `text`.
  @inline(__always)
  func isSame(as text: StaticString) -> Bool { isSame(as: Self(text)) }

  /// Whether the bytes begin with those of `text`.
  func begins(with text: StaticString) -> Bool { Self(rebasing: prefix(text.utf8CodeUnitCount)).isSame(as: text) }

  /// Whether the bytes end with those of `text`.
  func ends(with text: StaticString) -> Bool { Self(rebasing: suffix(text.utf8CodeUnitCount)).isSame(as: text) }

  /// The bytes of `text`.
  init(_ text: StaticString) {
    self.init(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// Whether the bytes are UTF-8. Nothing is copied.
  package var isUTF8: Bool {
    (try? UTF8Span(validating: bindMemory(to: UInt8.self).span)) != nil
  }
}
