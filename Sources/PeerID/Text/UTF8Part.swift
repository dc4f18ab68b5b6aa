extension String {
  /// The text of a part of a buffer. Invalid UTF-8 is replaced by U+FFFD.
  ///
  /// Faster than `String(decoding:as:)`, which uses a dynamic cast to check whether the bytes are contiguous.
  init(utf8 part: Slice<UnsafeRawBufferPointer>) {
    self.init(decoding: UnsafeRawBufferPointer(rebasing: part), as: UTF8.self)
  }
}
