internal import CJansson

/// JSON to write, as a Swift literal: `["error": "unauthorized", "status": 401]`.
package indirect enum JSONLiteral: Sendable {
  case object([(String, JSONLiteral)])
  case array([JSONLiteral])
  case string(String)
  /// Text in UTF-8, written without another copy.
  case text(Bytes)
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  case null
  /// A parsed value, written unchanged.
  case value(JSONValue)

  /// The literal as a document, which can be used like a parsed document.
  package var document: JSONDocument {
    // jansson returns NULL when memory has run out; the document is then `null`.
    JSONDocument(owning: OpaquePointer(node ?? json_null()))
  }

  /// The literal as compact JSON.
  package var compactText: Bytes { text() }

  /// The literal as compact JSON. If `wipes` is set, the text is overwritten when it is released. jansson is not used,
  /// because it leaves out members when memory runs out.
  @inline(never)
  func text(wipes: Bool = false) -> Bytes {
    Bytes(capacity: writtenLength, wipes: wipes) { target in
      var writer = Writer(target: target)
      write(to: &writer)
      return writer.count
    }
  }

  private var node: UnsafeMutablePointer<json_t>? {
    switch self {
    case .object(let members):
      let object = json_object()
      for (key, value) in members {
        var key = key
        let code = key.withUTF8 { name in
          name.withMemoryRebound(to: CChar.self) {
            json_object_setn_new_nocheck(object, $0.baseAddress ?? emptyText, $0.count, value.node)
          }
        }
        guard code == 0 else {
          cjansson_decref(object)
          return nil
        }
      }
      return object
    case .array(let elements):
      let array = json_array()
      for element in elements where json_array_append_new(array, element.node) != 0 {
        cjansson_decref(array)
        return nil
      }
      return array
    case .string(var text):
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { json_stringn_nocheck($0.baseAddress ?? emptyText, $0.count) }
      }
    case .text(let bytes):
      return bytes.raw.withMemoryRebound(to: CChar.self) {
        json_stringn_nocheck($0.baseAddress ?? emptyText, $0.count)
      }
    case .integer(let value): return json_integer(json_int_t(value))
    case .real(let value): return json_real(value)
    case .boolean(let value): return value ? json_true() : json_false()
    case .null: return json_null()
    case .value(let value): return value.retainedNode
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
          put(Hexadecimal.digit(byte & 0xF))
        default: put(byte)
        }
      }
      put(UInt8(ascii: "\""))
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
    case .real, .value: document.root.compactText().withBytes { writer.put($0) }
    case .boolean(let value): writer.put((value ? "true" : "false").utf8)
    case .null: writer.put("null".utf8)
    }
  }
}

/// jansson refuses a NULL start even for an empty string.
private var emptyText: UnsafePointer<CChar> {
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
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
