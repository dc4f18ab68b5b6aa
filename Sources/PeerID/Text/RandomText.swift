internal import CLinux

/// Text that cannot be guessed, from the system's random number generator.
package enum RandomText {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// 32 random characters of the base64url alphabet, which are 192 bits.
  static func urlSafe() throws(PeerIDError) -> String {
    try text(32, from: alphabet)
  }

  /// `count` random characters of an alphabet, which has at most 256. All characters are equally likely only if 256 is a
  /// multiple of the alphabet's size.
  package static func text(_ count: Int, from alphabet: [UInt8]) throws(PeerIDError) -> String {
    var random = [UInt8](repeating: 0, count: count)
    guard getentropy(&random, random.count) == 0 else {
      throw PeerIDError(.internal, "the system gave no random bytes (errno \(errno))")
    }
    return String(decoding: random.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
  }
}

/// Random numbers for pauses; they need not be secret.
enum Jitter {
  /// A number from 0 to 1.
  static func fraction() -> Double {
    var value: UInt16 = 0
    guard getentropy(&value, MemoryLayout<UInt16>.size) == 0 else { return 0.5 }
    return Double(value) / Double(UInt16.max)
  }
}
