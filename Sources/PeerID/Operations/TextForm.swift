/// The text formats that the server's schema and serializer require.
enum TextForm {
  /// The largest number after the second dot of an object id, 2^48 − 1.
  static let maximumInstance: Int64 = 281_474_976_710_655

  /// The instance in an object id of a space, such as 31 in `1.2.31`.
  static func instance(_ text: UnsafeRawBufferPointer, in space: String) -> UInt64? {
    let dot = space.utf8.count
    guard text.count > dot + 1, text[dot] == UInt8(ascii: "."),
      space.withBytes({ UnsafeRawBufferPointer(rebasing: text[..<dot]).isSame(as: $0) })
    else { return nil }
    let digits = UnsafeRawBufferPointer(rebasing: text[(dot + 1)...])
    guard digits.allSatisfy({ $0.isDigit }) else { return nil }
    return Int64(decimal: digits).map(UInt64.init) ?? .max
  }

  /// Base64 with padding.
  static func isBase64(_ text: UnsafeRawBufferPointer) -> Bool {
    let body = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.suffix(from: body.endIndex)
    guard text.count % 4 == 0, padding.count <= 2, padding.allSatisfy({ $0 == UInt8(ascii: "=") }) else { return false }
    return body.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
  }

  /// An even number of hexadecimal digits.
  static func isHexadecimal(_ text: UnsafeRawBufferPointer) -> Bool {
    text.count % 2 == 0 && text.allSatisfy(Hexadecimal.isDigit)
  }

  /// A public key: a prefix of upper-case letters and 50 characters of base58 that encode 37 bytes, the first of which
  /// is 2 or 3; or the null key. The server checks the checksum and which prefix the chain uses.
  static func isPublicKey(_ text: UnsafeRawBufferPointer) -> Bool {
    let nullKey: StaticString = "1111111111111111111111111111111114T1Anm"
    if text.ends(with: nullKey) {
      let prefix = text.dropLast(nullKey.utf8CodeUnitCount)
      return 3...7 ~= prefix.count && prefix.allSatisfy { $0.isUpperCase }
    }
    guard 53...57 ~= text.count else { return false }
    let digits = text.suffix(50)
    return text.prefix(text.count - 50).allSatisfy { $0.isUpperCase }
      && "45678".utf8.contains(digits.first ?? 0)
      && digits.allSatisfy { $0.isLetter && !"lIO".utf8.contains($0) || $0.isDigit && $0 != UInt8(ascii: "0") }
  }

  /// A vote: `type:instance`.
  static func isVote(_ text: UnsafeRawBufferPointer) -> Bool {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.count < 9 && $0.allSatisfy { $0.isDigit } }
  }

  /// A date and time in ISO 8601, as the chain writes them: `2026-01-31T12:00:00`.
  static func isDate(_ text: UnsafeRawBufferPointer) -> Bool {
    text.count >= 19 && text[10] == UInt8(ascii: "T")
      && zip(text, "0000-00-00T00:00:00".utf8).allSatisfy { $1 == UInt8(ascii: "0") ? $0.isDigit : $0 == $1 }
  }

  /// A URI (RFC 3986) with a scheme that is followed by at least one character.
  static func isURI(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let first = text.first, first.isLetter,
      text[..<colon].allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }),
      text.filter({ $0 == UInt8(ascii: "#") }).count <= 1
    else { return false }
    let rest = text[(colon + 1)...]
    let hierarchy = UnsafeRawBufferPointer(rebasing: rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    guard !hierarchy.isEmpty, isAuthority(hierarchy) else { return false }
    // Brackets are allowed only around an IPv6 address.
    let hasAddress = hierarchy.begins(with: "//[") && hierarchy.contains(UInt8(ascii: "]"))
    let parts = rest.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false)
    return parts.dropFirst().allSatisfy { $0.count >= 2 && $0.prefix(2).allSatisfy(Hexadecimal.isDigit) }
      && rest.allSatisfy { byte in
        byte.isLetter || byte.isDigit || "-._~:/?#@!$&'()*+,;=%".utf8.contains(byte)
          || hasAddress && "[]".utf8.contains(byte)
      }
  }

  /// Whether the part of a URI after its scheme is valid: if it begins with two slashes, it must name a host.
  private static func isAuthority(_ hierarchy: UnsafeRawBufferPointer) -> Bool {
    guard hierarchy.begins(with: "//") else { return true }
    let authority = hierarchy.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
    let host = authority.suffix(from: authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex)
    return !host.isEmpty && host.first != UInt8(ascii: ":")
  }
}
