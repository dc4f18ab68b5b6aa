/// Classes of ASCII characters.
extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  var isLowerCase: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
  var isUpperCase: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }
  var isLetter: Bool { (self | 0x20).isLowerCase }
}
