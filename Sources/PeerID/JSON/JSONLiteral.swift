internal import CJansson

/// JSON to be written, spelled in Swift: `["error": "unauthorized", "status": 401]`.
package indirect enum JSONLiteral: Sendable {
  case object([(String, JSONLiteral)])
  case array([JSONLiteral])
  case string(String)
  /// Text in UTF-8, of which no other copy is made.
  case text(Bytes)
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  case null
  /// A value that was parsed, put in as it is.
  case value(JSONValue)

  /// The literal as a document, which prints and can be read like a parsed one.
  package var document: JSONDocument {
    // jansson returns NULL when memory has run out; `null` then stands for what could not be made.
    JSONDocument(owning: OpaquePointer(node ?? json_null()))
  }

  /// The literal as compact JSON.
  package var compactText: Bytes { document.root.compactText() }

  private var node: UnsafeMutablePointer<json_t>? {
    switch self {
    case .object(let members):
      let object = json_object()
      for (key, value) in members {
        var key = key
        _ = key.withUTF8 { name in
          name.withMemoryRebound(to: CChar.self) {
            json_object_setn_new_nocheck(object, $0.baseAddress ?? emptyText, $0.count, value.node)
          }
        }
      }
      return object
    case .array(let elements):
      let array = json_array()
      for element in elements { json_array_append_new(array, element.node) }
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
