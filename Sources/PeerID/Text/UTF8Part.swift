extension String {
  /// The text of a part of a buffer; what is not UTF-8 is replaced.
  ///
  /// `String(decoding:as:)` finds out by a dynamic cast whether a part has contiguous bytes.
  init(utf8 part: Slice<UnsafeRawBufferPointer>) {
    self.init(decoding: UnsafeRawBufferPointer(rebasing: part), as: UTF8.self)
  }
}
