/// A session's key, compared by its UTF-8 bytes.
///
/// Swift's `String` compares canonically: `é` as one character equals `e` with a combining accent. But the two can be
/// the names of different users, and databases distinguish them.
struct StoreKey: Hashable, Sendable {
  /// The key as the application passed it.
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static func == (left: StoreKey, right: StoreKey) -> Bool {
    left.text.isSame(as: right.text)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
