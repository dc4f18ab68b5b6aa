/// Hexadecimal digits.
enum Hexadecimal {
  static func isDigit(_ byte: UInt8) -> Bool { value(byte) != nil }

  /// The value of a digit.
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// How bytes are printed: in lower and upper case, without and with a separator between two bytes.
  static func forms(of bytes: Bytes) -> [Bytes] {
    ["0123456789abcdef", "0123456789ABCDEF"].flatMap { (digits: StaticString) in
      ["", " ", ":", "-"].map { (separator: StaticString) in
        let width = 2 + separator.utf8CodeUnitCount
        return Bytes(capacity: bytes.count * width, wipes: true) { target in
          for (index, byte) in bytes.raw.enumerated() {
            target[index * width] = digits.utf8Start[Int(byte >> 4)]
            target[index * width + 1] = digits.utf8Start[Int(byte & 15)]
            if width == 3 { target[index * width + 2] = separator.utf8Start[0] }
          }
          return bytes.count * width - separator.utf8CodeUnitCount
        }
      }
    }
  }

  /// The number that the digits represent; `nil` if one of them is not a hexadecimal digit.
  static func number(_ digits: some Sequence<UInt8>) -> UInt32? {
    var number: UInt32 = 0
    for digit in digits {
      guard let value = value(digit), number < 0x1000_0000 else { return nil }
      number = number << 4 | UInt32(value)
    }
    return number
  }
}
