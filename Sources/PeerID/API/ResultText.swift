import Glibc

/// The member `result` of an envelope as compact text, copied out of the body as the server wrote it: numbers keep all
/// their digits, and nothing is printed that was just parsed.
struct ResultText {
  private let body: UnsafeRawBufferPointer
  private var position = 0
  private var sawSpace = false

  /// Copies the result out of a body that has been parsed with success. `nil` where comparing bytes cannot tell which
  /// member the parser took: a key with an escape, or `result` twice.
  static func compact(_ body: UnsafeRawBufferPointer) -> Bytes? {
    var scanner = ResultText(body: body)
    guard let range = scanner.findResult() else { return nil }
    let value = UnsafeRawBufferPointer(rebasing: body[range])
    return scanner.sawSpace ? withoutSpace(value) : Bytes(value)
  }

  private init(body: UnsafeRawBufferPointer) {
    self.body = body
  }

  private mutating func findResult() -> Range<Int>? {
    var found: Range<Int>?
    var foundWithSpace = false
    skipSpace()
    guard skip(UInt8(ascii: "{")) else { return nil }
    repeat {
      skipSpace()
      guard let key = string() else { return nil }
      if body[key].contains(UInt8(ascii: "\\")) { return nil }
      skipSpace()
      guard skip(UInt8(ascii: ":")) else { return nil }
      skipSpace()
      sawSpace = false
      guard let value = value() else { return nil }
      if body[key].elementsEqual("\"result\"".utf8) {
        if found != nil { return nil }
        found = value
        foundWithSpace = sawSpace
      }
      skipSpace()
    } while skip(UInt8(ascii: ","))
    sawSpace = foundWithSpace
    return found
  }

  /// The range of the value that begins here, and whether there is white space in it.
  private mutating func value() -> Range<Int>? {
    let start = position
    var depth = 0
    while position < body.count {
      switch body[position] {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        if depth == 0 { return start..<position }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return start..<position }
        depth -= 1
        if depth == 0 {
          position += 1
          return start..<position
        }
      case UInt8(ascii: ",") where depth == 0: return start..<position
      case 0...0x20:
        if depth == 0 { return start..<position }
        sawSpace = true
      default: break
      }
      position += 1
    }
    return nil
  }

  /// The range of the string that begins here, its quotes included.
  private mutating func string() -> Range<Int>? {
    let start = position
    guard skip(UInt8(ascii: "\"")), let base = body.baseAddress else { return nil }
    while position < body.count {
      guard let quote = memchr(base + position, CInt(UInt8(ascii: "\"")), body.count - position) else { return nil }
      let end = base.distance(to: UnsafeRawPointer(quote))
      var backslashes = 0
      while end - backslashes > start + 1, body[end - backslashes - 1] == UInt8(ascii: "\\") { backslashes += 1 }
      position = end + 1
      if backslashes % 2 == 0 { return start..<position }
    }
    return nil
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < body.count, body[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < body.count, body[position] <= 0x20 { position += 1 }
  }

  private static func withoutSpace(_ value: UnsafeRawBufferPointer) -> Bytes {
    var scanner = ResultText(body: value)
    return Bytes(capacity: value.count) { target in
      var written = 0
      while scanner.position < value.count {
        let start = scanner.position
        if value[start] == UInt8(ascii: "\"") {
          guard let text = scanner.string() else { break }
          for byte in value[text] {
            target[written] = byte
            written += 1
          }
        } else {
          if value[start] > 0x20 {
            target[written] = value[start]
            written += 1
          }
          scanner.position += 1
        }
      }
      return written
    }
  }
}
