/// JSON to be written, spelled in Swift: `["error": "unauthorized", "status": 401]`.
package indirect enum JSONLiteral: Sendable {
  case object([(String, JSONLiteral)])
  case array([JSONLiteral])
  case string(String)
  /// Text in UTF-8, written without another copy.
  case text(Bytes)
  case integer(Int64)
  case boolean(Bool)
  case null
  /// JSON that is written as it is, such as a number with all its digits.
  case verbatim(String)

  /// The literal as compact JSON.
  package var compactText: Bytes { text() }

  /// The literal as compact JSON; with `wipes` its memory is overwritten on release.
  func text(wipes: Bool = false) -> Bytes {
    Bytes(capacity: writtenLength, wipes: wipes) { target in
      var writer = Writer(target: target)
      write(to: &writer)
      return writer.count
    }
  }
}

// MARK: - Writing

extension JSONLiteral {
  struct Writer {
    let target: UnsafeMutableBufferPointer<UInt8>?
    var count = 0

    mutating func put(_ byte: UInt8) {
      if let target { target[count] = byte }
      count += 1
    }

    mutating func put(_ text: some Sequence<UInt8>) {
      for byte in text { put(byte) }
    }

    mutating func putQuoted(_ text: some Sequence<UInt8>) {
      put(UInt8(ascii: "\""))
      for byte in text {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
          put(UInt8(ascii: "\\"))
          put(byte)
        case 0..<0x20:
          put("\\u00".utf8)
          put(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
          put(String(byte & 0xF, radix: 16).utf8)
        default: put(byte)
        }
      }
      put(UInt8(ascii: "\""))
    }
  }

  /// The text, if this is a string.
  var string: String? {
    switch self {
    case .string(let text): text
    case .text(let bytes): bytes.text
    default: nil
    }
  }

  fileprivate var writtenLength: Int {
    var counter = Writer(target: nil)
    write(to: &counter)
    return counter.count
  }

  fileprivate func write(to writer: inout Writer) {
    switch self {
    case .object(let members):
      writer.put(UInt8(ascii: "{"))
      for (index, (key, value)) in members.enumerated() {
        if index > 0 { writer.put(UInt8(ascii: ",")) }
        writer.putQuoted(key.utf8)
        writer.put(UInt8(ascii: ":"))
        value.write(to: &writer)
      }
      writer.put(UInt8(ascii: "}"))
    case .array(let elements):
      writer.put(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { writer.put(UInt8(ascii: ",")) }
        element.write(to: &writer)
      }
      writer.put(UInt8(ascii: "]"))
    case .string(let text): writer.putQuoted(text.utf8)
    case .text(let bytes): bytes.withBytes { writer.putQuoted($0) }
    case .integer(let value): writer.put(String(value).utf8)
    case .verbatim(let json): writer.put(json.utf8)
    case .boolean(let value): writer.put((value ? "true" : "false").utf8)
    case .null: writer.put("null".utf8)
    }
  }
}

extension JSONLiteral: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  package init(dictionaryLiteral elements: (String, JSONLiteral)...) { self = .object(elements) }
  package init(arrayLiteral elements: JSONLiteral...) { self = .array(elements) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
  package init(nilLiteral: ()) { self = .null }
}
