/// Strings and numbers. Large results consist of them, so these functions are compiled for speed even where the rest is
/// compiled for size.
extension JSONScanner {
  /// Reads a string.
  @_optimize(speed)
  mutating func string() throws(Fault) -> Text {
    guard skip(UInt8(ascii: "\"")) else { throw unexpected }
    let start = position
    var hasEscapes = false
    var hasNUL = false
    var hasHalfPair = false
    while position < bytes.count {
      skipPlainText()
      let byte = next
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return Text(
          range: start..<position - 1,
          hasEscapes: hasEscapes,
          hasNUL: hasNUL,
          hasHalfPair: hasHalfPair
        )
      case UInt8(ascii: "\\"):
        position += 1
        hasEscapes = true
        let scalar = try escape()
        if scalar == 0 { hasNUL = true }
        if 0xD800...0xDFFF ~= scalar { hasHalfPair = true }
      case 0..<0x20: throw unexpected
      default:
        position += 1
        if byte >= 0x80 { sawNonASCII = true }
      }
    }
    throw unexpected
  }

  /// Reads a number.
  @_optimize(speed)
  mutating func number() throws(Fault) -> Number {
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
    guard digits > 0 else { throw unexpected }
    guard digits == 1 || bytes[start] != UInt8(ascii: "0") else { throw Fault(reason: "a number begins with 0") }
    var isInteger = true
    if skip(UInt8(ascii: ".")) {
      isInteger = false
      try skipDigits()
    }
    if next | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try skipDigits()
    }
    guard isInteger, fits, magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0) else {
      return Number(integer: nil, isInteger: isInteger)
    }
    let integer = isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(truncatingIfNeeded: magnitude)
    return Number(integer: integer, isInteger: true)
  }

  /// The UTF-8 of a text, with its escapes resolved. If `wipes` is set, it is overwritten when it is released.
  func copy(of text: Text, wipes: Bool = false) -> Bytes {
    let source = UnsafeRawBufferPointer(rebasing: bytes[text.range])
    guard text.hasEscapes else { return Bytes(source, wipes: wipes) }
    // An escape is always longer than the UTF-8 of its character.
    return Bytes(capacity: source.count, wipes: wipes) { target in
      var writer = JSONLiteral.Writer(target: target)
      Self.resolve(source) { writer.put($0) }
      return writer.count
    }
  }

  /// Appends the UTF-8 of a text, with its escapes resolved.
  func append(_ text: Text, to target: inout ContiguousArray<UInt8>) {
    let source = UnsafeRawBufferPointer(rebasing: bytes[text.range])
    guard text.hasEscapes else { return target.append(contentsOf: source) }
    Self.resolve(source) { target.append($0) }
  }

  /// Decodes escapes. Half of a surrogate pair becomes U+FFFD.
  private static func resolve(_ source: UnsafeRawBufferPointer, _ put: (UInt8) -> Void) {
    var reader = JSONScanner(source)
    while reader.position < source.count {
      let byte = reader.next
      reader.position += 1
      // The escapes have been checked before, so none fails.
      guard byte == UInt8(ascii: "\\"), let value = try? reader.escape() else {
        put(byte)
        continue
      }
      let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { put(byte) }
    }
  }

  /// Skips ordinary characters of a string, eight at a time.
  @inline(__always)
  private mutating func skipPlainText() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highBits = ones << 7
    while position + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
      // For a zero byte in `x`, `(x - ones) & ~x` has the high bit of that byte set.
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      let special =
        (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word | word
      let found = special & highBits
      guard found == 0 else {
        position += found.trailingZeroBitCount / 8
        return
      }
      position += 8
    }
  }

  private mutating func skipDigits() throws(Fault) {
    guard isDigit(next) else { throw unexpected }
    while isDigit(next) { position += 1 }
  }

  /// Reads an escape after its backslash. Returns the code point, or the surrogate if its other half is missing.
  private mutating func escape() throws(Fault) -> UInt32 {
    let kind = next
    guard kind != UInt8(ascii: "u") else {
      position += 1
      let unit = try hexadecimal()
      guard 0xD800...0xDBFF ~= unit, next == UInt8(ascii: "\\") else { return unit }
      let behind = position
      position += 1
      if skip(UInt8(ascii: "u")), let low = try? hexadecimal(), 0xDC00...0xDFFF ~= low {
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      position = behind
      return unit
    }
    let plain: UInt32
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = UInt32(kind)
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "t"): plain = 0x09
    default: throw unexpected
    }
    position += 1
    return plain
  }

  private mutating func hexadecimal() throws(Fault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = next
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw unexpected
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
