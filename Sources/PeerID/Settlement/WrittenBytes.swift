/// Bytes that a caller writes as base64 and the chain as hexadecimal digits.
enum WrittenBytes {
  /// Whether the base64 and the hexadecimal digits encode the same bytes; `nil` when one of them has another format, or
  /// when their lengths differ.
  static func areSame(_ base64: UnsafeRawBufferPointer, hexadecimal: UnsafeRawBufferPointer) -> Bool? {
    guard TextForm.isBase64(base64), TextForm.isHexadecimal(hexadecimal) else { return nil }
    let digits = base64.prefix { $0 != UInt8(ascii: "=") }
    guard digits.count * 6 / 8 * 2 == hexadecimal.count else { return nil }
    var areSame = true
    var bits: UInt32 = 0
    var count: UInt32 = 0
    var place = 0
    for digit in digits {
      bits = bits << 6 | UInt32(value(of: digit))
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      let byte = Hexadecimal.number(hexadecimal[place..<(place + 2)])
      areSame = areSame && byte == bits >> count & 0xFF
      place += 2
    }
    return areSame
  }

  private static func value(of digit: UInt8) -> UInt8 {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    default: 63
    }
  }
}
