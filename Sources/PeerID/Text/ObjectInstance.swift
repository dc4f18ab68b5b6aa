/// The number after the last dot of an object id.
enum ObjectInstance {
  static func of(_ id: String) -> Int64? {
    id.withBytes { id in id.lastIndex(of: UInt8(ascii: ".")).flatMap { Int64(decimal: id[($0 + 1)...]) } }
  }

  /// Whether this is the id of an account, such as `1.2.31`.
  static func isAccount(_ text: String) -> Bool {
    text.withBytes { $0.begins(with: "1.2.") && $0.count > 4 && $0.dropFirst(4).allSatisfy { $0.isDigit } }
  }
}
