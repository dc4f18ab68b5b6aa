/// Text from which encodings are removed, one after another. The position of each byte in the original text is kept.
struct DecodedText {
  let bytes: Bytes
  /// Whether no step was an encoding of bytes, such as Base64.
  let isText: Bool
  private let places: [Range<Int>]

  init(_ text: UnsafeRawBufferPointer) {
    bytes = Bytes(text, wipes: true)
    isText = true
    places = text.indices.map { $0..<($0 + 1) }
  }

  /// The text without one layer of this encoding; `nil` if decoding changes nothing or leaves nothing.
  private init?(_ text: DecodedText, without encoding: TextEncoding) {
    let encoded = text.bytes.raw
    var places: [Range<Int>] = []
    places.reserveCapacity(encoded.count)
    bytes = Bytes(capacity: encoded.count, wipes: true) { target in
      encoding.decode(encoded) { byte, range in
        target[places.count] = byte
        places.append(text.place(of: range))
      }
      return places.count
    }
    self.places = places
    isText = text.isText && encoding.isOfCharacters
    if places.isEmpty || bytes.raw.isSame(as: encoded) { return nil }
  }

  /// A hash of its bytes and their places.
  var hash: Int {
    var hasher = Hasher()
    hasher.combine(bytes: bytes.raw)
    for place in places { hasher.combine(place.lowerBound) }
    return hasher.finalize()
  }

  func without(_ encoding: TextEncoding) -> DecodedText? { DecodedText(self, without: encoding) }

  /// The position of some of its bytes in the original text.
  func place(of range: Range<Int>) -> Range<Int> {
    places[range.lowerBound].lowerBound..<places[range.upperBound - 1].upperBound
  }
}

/// The encodings that servers and proxies use when they quote text.
enum TextEncoding: CaseIterable {
  /// Escaped characters.
  case escapes
  case percent
  case quotedPrintable
  /// Form encoding: `+` for a space.
  case form
  /// Base64, read from the first, second, third or fourth digit of each run.
  case base64, base64From2, base64From3, base64From4
  /// Two hexadecimal digits for each byte, with any text between bytes; also read from the second digit.
  case hexadecimal, hexadecimalFrom2
  /// The bytes or characters as a list of decimal numbers, possibly signed.
  case decimal
  /// Not an encoding: only the ASCII letters, in lower case, and digits are kept.
  case letters

  /// All encodings that can be removed repeatedly.
  static let layers = allCases.filter { $0 != .letters }

  var isOfCharacters: Bool { [.escapes, .percent, .quotedPrintable, .form, .letters].contains(self) }

  /// Passes each decoded byte to `emit`, with the range of the bytes that encode it.
  func decode(_ text: UnsafeRawBufferPointer, _ emit: (UInt8, Range<Int>) -> Void) {
    switch self {
    case .escapes: Self.unescape(text, CharacterEscape.read, emit)
    case .percent: Self.unescape(text, CharacterEscape.percent, emit)
    case .quotedPrintable: Self.unescape(text, CharacterEscape.quotedPrintable, emit)
    case .form: Self.unescape(text, CharacterEscape.blank, emit)
    case .base64: Self.base64(text, skipping: 0, emit)
    case .base64From2: Self.base64(text, skipping: 1, emit)
    case .base64From3: Self.base64(text, skipping: 2, emit)
    case .base64From4: Self.base64(text, skipping: 3, emit)
    case .hexadecimal: Self.hexadecimal(text, skipping: 0, emit)
    case .hexadecimalFrom2: Self.hexadecimal(text, skipping: 1, emit)
    case .decimal: Self.decimal(text, emit)
    case .letters: Self.letters(text, emit)
    }
  }

  private static func unescape(
    _ text: UnsafeRawBufferPointer,
    _ read: (UnsafeRawBufferPointer, Int) -> (value: UInt32, length: Int)?,
    _ emit: (UInt8, Range<Int>) -> Void
  ) {
    var index = 0
    while index < text.count {
      let (value, length) = read(text, index) ?? (UInt32(text[index]), 1)
      emitCharacter(value, index..<(index + length), emit)
      index += length
    }
  }

  private static func emitCharacter(_ value: UInt32, _ range: Range<Int>, _ emit: (UInt8, Range<Int>) -> Void) {
    switch value {
    // The zero byte of an ASCII character in UTF-16, or an escape without a character.
    case 0: break
    case ..<0x100: emit(UInt8(value), range)
    default: if let scalar = Unicode.Scalar(value) { UTF8.encode(scalar)?.forEach { emit($0, range) } }
    }
  }

  /// A shorter run of Base64 digits is skipped, such as the name of a tag between two lines.
  private static let shortestRun = 3

  private static func base64(_ text: UnsafeRawBufferPointer, skipping: Int, _ emit: (UInt8, Range<Int>) -> Void) {
    var (bits, width, first, toSkip) = (UInt32(0), 0, 0, 0)
    var continues = false
    var index = 0
    while index < text.count {
      let start = index
      while index < text.count, base64Value(text[index]) != nil { index += 1 }
      if index - start >= shortestRun || continues {
        if !continues { (width, toSkip) = (0, skipping) }
        continues = true
        for place in start..<index {
          guard toSkip == 0, let value = base64Value(text[place]) else {
            toSkip -= 1
            continue
          }
          if width == 0 { first = place }
          bits = bits << 6 | UInt32(value)
          width += 6
          guard width >= 8 else { continue }
          width -= 8
          emit(UInt8(truncatingIfNeeded: bits >> UInt32(width)), first..<(place + 1))
          first = place
        }
      }
      // Base64 may be broken into lines.
      if index < text.count, !" \t\r\n".utf8.contains(text[index]) { continues = false }
      index += 1
    }
  }

  /// The value of a Base64 digit of either alphabet.
  static func base64Value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }

  private static func hexadecimal(_ text: UnsafeRawBufferPointer, skipping: Int, _ emit: (UInt8, Range<Int>) -> Void) {
    var toSkip = skipping
    var high: UInt8?
    for (index, byte) in text.enumerated() {
      guard let digit = Hexadecimal.value(byte) else {
        (toSkip, high) = (skipping, nil)
        continue
      }
      if toSkip > 0 {
        toSkip -= 1
      } else if let first = high {
        emit(first << 4 | digit, (index - 1)..<(index + 1))
        high = nil
      } else {
        high = digit
      }
    }
  }

  private static func decimal(_ text: UnsafeRawBufferPointer, _ emit: (UInt8, Range<Int>) -> Void) {
    var number: UInt32 = 0
    var length = 0
    for index in 0...text.count {
      if index < text.count, text[index].isDigit {
        number = min(number * 10 + UInt32(text[index] & 0xF), 0x11_0000)
        length += 1
      } else if length > 0 {
        let start = index - length
        if start > 0, text[start - 1] == UInt8(ascii: "-") { number = (0 &- number) & 0xFF }
        // A number that is followed by `":` is the index of an element in JSON.
        let isIndex = UnsafeRawBufferPointer(rebasing: text[index...]).begins(with: "\":")
        if !isIndex { emitCharacter(number, start..<index, emit) }
        (number, length) = (0, 0)
      }
    }
  }

  private static func letters(_ text: UnsafeRawBufferPointer, _ emit: (UInt8, Range<Int>) -> Void) {
    var index = 0
    while index < text.count {
      let length = CharacterEscape.gap(text, at: index)
      // Digits have this bit set.
      if length == 0 { emit(text[index] | 0x20, index..<(index + 1)) }
      index += max(length, 1)
    }
  }
}
