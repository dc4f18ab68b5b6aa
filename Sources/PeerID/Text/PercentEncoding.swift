/// Percent-encoding as in RFC 3986 and `application/x-www-form-urlencoded`.
package enum PercentEncoding {
  /// Appends `text`, and encodes all bytes except the unreserved characters of RFC 3986. The result is valid both in a
  /// query and in a form body.
  static func append(_ text: some Sequence<UInt8>, to target: inout [UInt8]) {
    for byte in text {
      if isUnreserved(byte) {
        target.append(byte)
      } else {
        target.append(UInt8(ascii: "%"))
        target.append(hexDigit(byte >> 4))
        target.append(hexDigit(byte & 0xF))
      }
    }
  }

  /// `text`, in which all bytes except the unreserved characters of RFC 3986 are encoded.
  @inline(never)
  package static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    append(text.utf8, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Decodes a part of a query: `%41` and `+`. Returns `nil` for a broken escape or for bytes that are not UTF-8.
  package static func decode(_ text: some Collection<UInt8>) -> String? {
    decoded(text)?.text
  }

  /// Like `decode`, but returns bytes. If `wipes` is set, the bytes are overwritten when they are released.
  static func decoded(_ text: some Collection<UInt8>, wipes: Bool = false) -> Bytes? {
    var isBroken = false
    let bytes = Bytes(capacity: text.count, wipes: wipes) { target in
      var count = 0
      var rest = text.makeIterator()
      while let byte = rest.next(), !isBroken {
        switch byte {
        case UInt8(ascii: "+"): target[count] = UInt8(ascii: " ")
        case UInt8(ascii: "%"):
          let high = rest.next().flatMap(Hexadecimal.value)
          let low = rest.next().flatMap(Hexadecimal.value)
          isBroken = high == nil || low == nil
          target[count] = (high ?? 0) << 4 | (low ?? 0)
        default: target[count] = byte
        }
        count += 1
      }
      return count
    }
    return isBroken || !bytes.withBytes({ $0.isUTF8 }) ? nil : bytes
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }
}
