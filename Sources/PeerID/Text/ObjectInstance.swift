/// The number after the last dot of an object id.
enum ObjectInstance {
  static func of(_ id: String) -> Int64? {
    id.utf8.lastIndex(of: UInt8(ascii: ".")).flatMap { Int64(id[id.utf8.index(after: $0)...]) }
  }

  /// Whether this is the id of an account, such as `1.2.31`.
  static func isAccount(_ text: String) -> Bool {
    text.utf8.starts(with: "1.2.".utf8) && text.utf8.count > 4
      && text.utf8.dropFirst(4).allSatisfy { $0.isDigit }
  }
}
