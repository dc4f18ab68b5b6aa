internal import CLinux

/// Reads JSON (RFC 8259) in one pass over its bytes, without building a tree. Integers of any size and halves of
/// surrogate pairs are valid.
struct JSONScanner {
  /// Why a text is not JSON. The scanner's position is the place of the error.
  struct Fault: Error {
    let reason: String
    var isDuplicateKey = false
    var isOutOfMemory = false
  }

  /// A string: the bytes between its quotes. Its escapes are not decoded yet.
  struct Text {
    let range: Range<Int>
    let hasEscapes: Bool
    /// Whether the string contains an escaped NUL.
    let hasNUL: Bool
    /// Whether the string contains an escaped half of a surrogate pair, which UTF-8 cannot represent.
    let hasHalfPair: Bool
  }

  struct Number {
    /// The integer; `nil` if the number is not an integer or does not fit into 64 bits.
    let integer: Int64?
    /// Whether the number has neither a fraction nor an exponent.
    let isInteger: Bool
  }

  let bytes: UnsafeRawBufferPointer
  var position = 0
  /// Whether white space was read since this flag was last cleared.
  var sawSpace = false
  var sawNonASCII = false

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// Reads a text that is one value.
  static func read(
    _ text: UnsafeRawBufferPointer,
    _ body: (inout JSONScanner) throws(Fault) -> Void
  ) throws(JSONSyntaxError) {
    var scanner = JSONScanner(text)
    do throws(Fault) {
      guard Bytes.hasMemory(toRead: text) else { throw Fault(reason: "memory ran out", isOutOfMemory: true) }
      try scanner.whole(body)
    } catch {
      throw JSONSyntaxError(error, in: text, at: scanner.position)
    }
  }

  /// The byte at the current position; at the end 0, which never occurs in JSON.
  var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  /// Reads one value, which must be the whole text.
  mutating func whole(_ body: (inout JSONScanner) throws(Fault) -> Void) throws(Fault) {
    skipSpace()
    try body(&self)
    skipSpace()
    guard position == bytes.count else { throw unexpected }
    guard !sawNonASCII || bytes.isUTF8 else {
      throw Fault(reason: "it is not UTF-8")
    }
  }

  /// Iterates over the members of an object. `body` reads or skips each value.
  @inline(never)
  mutating func members(_ body: (inout JSONScanner, Text) throws(Fault) -> Void) throws(Fault) {
    guard next == UInt8(ascii: "{") else { throw unexpected }
    guard enter(UInt8(ascii: "{"), unless: UInt8(ascii: "}")) else { return }
    repeat {
      let key = try key()
      try body(&self, key)
    } while try isFollowed(before: UInt8(ascii: "}"))
  }

  /// Iterates over the elements of an array. `body` reads or skips each.
  mutating func elements(_ body: (inout JSONScanner, Int) throws(Fault) -> Void) throws(Fault) {
    guard next == UInt8(ascii: "[") else { throw unexpected }
    guard enter(UInt8(ascii: "["), unless: UInt8(ascii: "]")) else { return }
    var index = 0
    repeat {
      try body(&self, index)
      index += 1
    } while try isFollowed(before: UInt8(ascii: "]"))
  }

  /// Skips any value, however deeply it is nested.
  mutating func skipValue() throws(Fault) {
    var nesting = Nesting()
    repeat {
      switch next {
      case UInt8(ascii: "{"):
        if enter(UInt8(ascii: "{"), unless: UInt8(ascii: "}")) {
          nesting.push(isObject: true)
          _ = try key()
          continue
        }
      case UInt8(ascii: "["):
        if enter(UInt8(ascii: "["), unless: UInt8(ascii: "]")) {
          nesting.push(isObject: false)
          continue
        }
      case UInt8(ascii: "\""): _ = try string()
      default: try skipPlainValue()
      }
      // The value has ended. Go to the next value, leaving the arrays and objects that end here.
      while nesting.depth > 0 {
        if try isFollowed(before: nesting.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          if nesting.isObject { _ = try key() }
          break
        }
        nesting.pop()
      }
    } while nesting.depth > 0
  }

  /// Skips a number, `true`, `false` or `null`.
  mutating func skipPlainValue() throws(Fault) {
    switch next {
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Whether a string equals `name`.
  func matches(_ text: Text, _ name: StaticString) -> Bool {
    matches(text) { $0.isSame(as: name) }
  }

  /// Whether a string equals `key`.
  func matches(_ text: Text, _ key: JSONKey) -> Bool {
    matches(text, key.matches)
  }

  private func matches(_ text: Text, _ isExpected: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    text.hasEscapes
      ? copy(of: text).withBytes(isExpected) : isExpected(UnsafeRawBufferPointer(rebasing: bytes[text.range]))
  }

  // MARK: - Parts

  /// The open arrays and objects: one bit each, the innermost last.
  private struct Nesting {
    private(set) var depth = 0
    private var objects: UInt64 = 0
    /// The bits of the outer levels, 64 in each element.
    private var outer: [UInt64] = []

    var isObject: Bool { objects & 1 == 1 }

    mutating func push(isObject: Bool) {
      if depth > 0, depth % 64 == 0 { outer.append(objects) }
      objects = objects << 1 | (isObject ? 1 : 0)
      depth += 1
    }

    mutating func pop() {
      depth -= 1
      objects >>= 1
      if depth % 64 == 0, let last = outer.popLast() { objects = last }
    }
  }

  /// The error at the current position.
  var unexpected: Fault {
    guard position < bytes.count else { return Fault(reason: "it ends too early") }
    let byte = bytes[position]
    let shown = 0x20..<0x7F ~= byte ? "'\(Unicode.Scalar(byte))'" : "byte \(byte)"
    return Fault(reason: "unexpected \(shown)")
  }

  /// Enters an array or object, unless it is empty.
  private mutating func enter(_ bracket: UInt8, unless end: UInt8) -> Bool {
    guard skip(bracket) else { return false }
    skipSpace()
    return !skip(end)
  }

  /// Reads a key and the colon after it.
  @_optimize(speed)
  private mutating func key() throws(Fault) -> Text {
    let key = try string()
    skipSpace()
    guard skip(UInt8(ascii: ":")) else { throw unexpected }
    skipSpace()
    return key
  }

  /// Whether another element or member follows. If not, the closing bracket is skipped.
  private mutating func isFollowed(before end: UInt8) throws(Fault) -> Bool {
    skipSpace()
    guard !skip(end) else { return false }
    guard skip(UInt8(ascii: ",")) else { throw unexpected }
    skipSpace()
    return true
  }

  private mutating func word(_ word: StaticString) throws(Fault) {
    for offset in 0..<word.utf8CodeUnitCount {
      guard skip(word.utf8Start[offset]) else { throw unexpected }
    }
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace() {
    if next <= UInt8(ascii: " ") { skipSpaces() }
  }

  @inline(never)
  private mutating func skipSpaces() {
    while true {
      switch next {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        sawSpace = true
        position += 1
      default: return
      }
    }
  }

  func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
