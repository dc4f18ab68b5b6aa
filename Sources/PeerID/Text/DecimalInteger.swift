extension Int64 {
  /// The number in decimal digits, after an optional sign; `nil` for any other text and for a number that does not fit.
  init?(decimal text: UnsafeRawBufferPointer) {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = text.dropFirst(isNegative || text.first == UInt8(ascii: "+") ? 1 : 0)
    guard !digits.isEmpty else { return nil }
    var number: Int64 = 0
    for byte in digits {
      guard byte.isDigit else { return nil }
      let digit = Int64(byte - UInt8(ascii: "0"))
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      guard !isTooLarge, !overflows else { return nil }
      number = sum
    }
    self = number
  }

  init?(decimal text: Slice<UnsafeRawBufferPointer>) {
    self.init(decimal: UnsafeRawBufferPointer(rebasing: text))
  }

  init?(decimal text: String) {
    guard let number = text.withBytes({ Int64(decimal: $0) }) else { return nil }
    self = number
  }
}
