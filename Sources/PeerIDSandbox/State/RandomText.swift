import Glibc

/// Random text in the alphabets that the server uses.
enum RandomText {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// An access or refresh token: 124 letters and digits.
  static func token() -> String { text(124, from: alphabet) }

  /// An authorization code: 40 letters and digits.
  static func code() -> String { text(40, from: alphabet) }

  /// Lower-case hexadecimal digits.
  static func hex(_ count: Int) -> String { text(count, from: hexDigits) }

  private static func text(_ count: Int, from alphabet: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: count) { target in
      if let start = target.baseAddress { arc4random_buf(start, count) }
      for index in 0..<count { target[index] = alphabet[Int(target[index]) % alphabet.count] }
      return count
    }
  }
}
