internal import PeerID

/// Random identifiers in the alphabets of the server.
enum Identifiers {
  private static let alphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// An access or refresh token: 124 letters and digits.
  static func token() -> String { text(124, alphanumeric) }

  /// An authorization code: 24 letters and digits.
  static func code() -> String { text(24, alphanumeric) }

  /// The value of a session cookie, as express-session signs it.
  static func sessionCookie() -> String { "s%3A\(text(32, alphanumeric)).\(text(43, alphanumeric))" }

  /// Lower-case hexadecimal digits.
  static func hex(_ count: Int) -> String { text(count, hexDigits) }

  /// A random string. Stops the program if the random number generator fails, because tokens would not be unique.
  private static func text(_ count: Int, _ alphabet: [UInt8]) -> String {
    guard let text = try? RandomText.text(count, from: alphabet) else { fatalError("no random numbers") }
    return text
  }
}
