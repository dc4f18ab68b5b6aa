import Glibc

/// Reads JSON in one pass over its bytes, without building anything.
///
/// It knows plain JSON only. At anything else it gives up (a fault, a number that may not fit, deep nesting), and the
/// caller parses the text with jansson, which has the last word. So the scanner must never accept what jansson refuses,
/// nor understand it otherwise.
struct JSONScanner {
  /// There is something that only the parser can judge.
  struct Unusual: Error {}

  /// A string, as it stands between its quotes.
  struct Text {
    let range: Range<Int>
    let hasEscapes: Bool
    /// Whether an escape stands for a NUL, which jansson refuses in a key.
    let hasNUL: Bool
  }

  private static let maximumDepth = 100

  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// Whether there has been white space since somebody has last set this to `false`.
  var sawSpace = false
  private var sawNonASCII = false
  private var depth = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The byte at which the scanner stands; 0, which JSON never holds, at the end.
  var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// Reads what the whole text is.
  mutating func whole(_ body: (inout JSONScanner) throws(Unusual) -> Void) throws(Unusual) {
    skipSpace()
    try body(&self)
    skipSpace()
    guard position == bytes.count, !sawNonASCII || isUTF8 else { throw Unusual() }
  }

  /// Goes through the members of an object. `body` reads or skips the value of each.
  mutating func members(_ body: (inout JSONScanner, Text) throws(Unusual) -> Void) throws(Unusual) {
    try open(UInt8(ascii: "{"))
    if !skip(UInt8(ascii: "}")) {
      repeat {
        skipSpace()
        let key = try string()
        skipSpace()
        guard skip(UInt8(ascii: ":")) else { throw Unusual() }
        skipSpace()
        try body(&self, key)
        skipSpace()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "}")) else { throw Unusual() }
    }
    depth -= 1
  }

  /// Goes through the elements of an array. `body` reads or skips each.
  mutating func elements(_ body: (inout JSONScanner, Int) throws(Unusual) -> Void) throws(Unusual) {
    try open(UInt8(ascii: "["))
    if !skip(UInt8(ascii: "]")) {
      var index = 0
      repeat {
        skipSpace()
        try body(&self, index)
        index += 1
        skipSpace()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "]")) else { throw Unusual() }
    }
    depth -= 1
  }

  /// Skips any value.
  mutating func skipValue() throws(Unusual) {
    switch next {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      try members { (scanner, key) throws(Unusual) in
        guard !key.hasNUL else { throw Unusual() }
        try scanner.skipValue()
      }
    case UInt8(ascii: "["): try elements { (scanner, _) throws(Unusual) in try scanner.skipValue() }
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Reads a string.
  mutating func string() throws(Unusual) -> Text {
    guard skip(UInt8(ascii: "\"")) else { throw Unusual() }
    let start = position
    var hasEscapes = false
    var hasNUL = false
    while position < bytes.count {
      skipPlainText()
      let byte = next
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return Text(range: start..<position - 1, hasEscapes: hasEscapes, hasNUL: hasNUL)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        if try escape() == 0 { hasNUL = true }
      case 0..<0x20: throw Unusual()
      case 0x80...: sawNonASCII = true
      default: break
      }
    }
    throw Unusual()
  }

  /// Reads a number: the integer, or `nil` for one with a fraction.
  mutating func number() throws(Unusual) -> Int64? {
    let isNegative = skip(UInt8(ascii: "-"))
    let start = position
    var magnitude: UInt64 = 0
    var fits = true
    while isDigit(next) {
      let (tens, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
      magnitude = tens &+ UInt64(bytes[position] - UInt8(ascii: "0"))
      if overflowed || magnitude < tens { fits = false }
      position += 1
    }
    let digits = position - start
    guard digits > 0, digits == 1 || bytes[start] != UInt8(ascii: "0") else { throw Unusual() }
    let isFraction = try fraction()
    if try exponent() || isFraction {
      // It must not be too large for a double.
      guard digits < 200 else { throw Unusual() }
      return nil
    }
    guard fits, magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { throw Unusual() }
    return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude)
  }

  /// Whether a text has no escapes and is this one.
  func matches(_ text: Text, _ name: StaticString) -> Bool {
    guard !text.hasEscapes, text.range.count == name.utf8CodeUnitCount, let base = bytes.baseAddress else {
      return false
    }
    return memcmp(base + text.range.lowerBound, name.utf8Start, text.range.count) == 0
  }

  // MARK: - Parts

  private mutating func open(_ bracket: UInt8) throws(Unusual) {
    guard skip(bracket), depth < Self.maximumDepth else { throw Unusual() }
    depth += 1
    skipSpace()
  }

  /// Skips characters that mean nothing in a string, eight at a time.
  private mutating func skipPlainText() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones << 7
    while position + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
      // A byte of zero in `x` gives a high bit in `(x - ones) & ~x`.
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      let special =
        (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word | word
      let found = special & highBits
      position += found == 0 ? 8 : (found.trailingZeroBitCount / 8)
      if found != 0 { return }
    }
  }

  private mutating func fraction() throws(Unusual) -> Bool {
    guard skip(UInt8(ascii: ".")) else { return false }
    guard isDigit(next) else { throw Unusual() }
    while isDigit(next) { position += 1 }
    return true
  }

  private mutating func exponent() throws(Unusual) -> Bool {
    guard next | 0x20 == UInt8(ascii: "e") else { return false }
    position += 1
    if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
    let start = position
    while isDigit(next) { position += 1 }
    guard 1...2 ~= position - start else { throw Unusual() }
    return true
  }

  /// Skips an escape; gives the code unit of one that is written as a number.
  private mutating func escape() throws(Unusual) -> UInt16? {
    let kind = next
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return nil
    case UInt8(ascii: "u"):
      let unit = try hexadecimal()
      if 0xDC00...0xDFFF ~= unit { throw Unusual() }
      guard 0xD800...0xDBFF ~= unit else { return unit }
      guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")), 0xDC00...0xDFFF ~= (try hexadecimal()) else {
        throw Unusual()
      }
      return unit
    default: throw Unusual()
    }
  }

  private mutating func hexadecimal() throws(Unusual) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = next
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw Unusual()
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private mutating func word(_ word: StaticString) throws(Unusual) {
    for offset in 0..<word.utf8CodeUnitCount {
      guard skip(word.utf8Start[offset]) else { throw Unusual() }
    }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while true {
      switch next {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        sawSpace = true
        position += 1
      default: return
      }
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }
}
