/// Parses times of the server and the chain.
enum Timestamp {
  /// Parses ISO 8601 in UTC with optional milliseconds, such as `2026-03-01T12:30:00.000Z`, to milliseconds since 1970.
  static func fromISO8601(_ text: UnsafeRawBufferPointer) -> Int64? {
    var reader = DigitReader(text)
    guard let year = reader.number(digits: 4), reader.skip("-"),
      let month = reader.number(digits: 2), reader.skip("-"),
      let day = reader.number(digits: 2), reader.skip("T"),
      let hour = reader.number(digits: 2), reader.skip(":"),
      let minute = reader.number(digits: 2), reader.skip(":"),
      let second = reader.number(digits: 2)
    else { return nil }
    var milliseconds: Int64 = 0
    if reader.skip(".") {
      guard let fraction = reader.number(digits: 3) else { return nil }
      milliseconds = fraction
      while reader.number(digits: 1) != nil {}
    }
    guard reader.skip("Z"), reader.isAtEnd else { return nil }
    return milliseconds1970(year, month, day, hour, minute, second).map { $0 + milliseconds }
  }

  /// Parses a time of the chain, such as `2026-03-01T12:30:00`, to seconds since 1970.
  static func fromChain(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard text.count == 19 else { return nil }
    return Bytes.joining("", text, "Z").withBytes { fromISO8601($0) }.map { $0 / 1000 }
  }

  /// Uses the proleptic Gregorian calendar. Every part has at most four digits, so nothing overflows.
  private static func milliseconds1970(
    _ year: Int64,
    _ month: Int64,
    _ day: Int64,
    _ hour: Int64,
    _ minute: Int64,
    _ second: Int64
  ) -> Int64? {
    guard 1...12 ~= month, 1...31 ~= day, 0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second else { return nil }
    // In this calculation the year begins in March, so that the leap day is its last day.
    let shiftedYear = month > 2 ? year : year - 1
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
    let daysFromYearZeroTo1970: Int64 = 719_468
    let days = shiftedYear * 365 + leapDays + dayOfYear - daysFromYearZeroTo1970
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
  }
}

private struct DigitReader {
  private let text: UnsafeRawBufferPointer
  private var position = 0

  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  var isAtEnd: Bool { position == text.count }

  mutating func number(digits: Int) -> Int64? {
    guard position + digits <= text.count else { return nil }
    var value: Int64 = 0
    for byte in text[position..<position + digits] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    position += digits
    return value
  }

  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard position < text.count, UInt32(text[position]) == mark.value else { return false }
    position += 1
    return true
  }
}
