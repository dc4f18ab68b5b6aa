extension String {
  /// The text of a buffer. Invalid UTF-8 is replaced by U+FFFD.
  ///
  /// Not inlined, because the code for invalid UTF-8 is long.
  @inline(never)
  init(utf8 bytes: UnsafeRawBufferPointer) {
    self.init(decoding: bytes, as: UTF8.self)
  }

  /// The text of a part of a buffer. Invalid UTF-8 is replaced by U+FFFD.
  ///
  /// Faster than `String(decoding:as:)`, which uses a dynamic cast to check whether the bytes are contiguous.
  init(utf8 part: Slice<UnsafeRawBufferPointer>) {
    self.init(utf8: UnsafeRawBufferPointer(rebasing: part))
  }
}
