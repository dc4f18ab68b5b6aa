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

  /// The digit of a value from 0 to 15.
  static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
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
