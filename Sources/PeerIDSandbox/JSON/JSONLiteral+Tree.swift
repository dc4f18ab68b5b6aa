internal import CJansson
package import PeerID

/// Trees of jansson from literals, and literals from parts of trees.
extension JSONLiteral {
  /// The literal as a document, which can be read like a parsed one.
  package var document: JSONDocument {
    // jansson returns NULL when memory has run out; the document is `null` then.
    JSONDocument(owning: OpaquePointer(node ?? json_null()))
  }

  /// A value that was parsed.
  package static func value(_ value: JSONValue) -> JSONLiteral {
    switch value.kind {
    case .object: .object(value.members.map { ($0.key, .value($0.value)) })
    case .array: .array(value.elements.map { .value($0) })
    case .string: .string(value.string ?? "")
    case .integer: .integer(value.integer ?? 0)
    case .real: .verbatim(value.compactText().text)
    case .boolean: .boolean(value.boolean == true)
    case .null: .null
    }
  }

  /// A number with a fraction.
  static func real(_ number: Double) -> JSONLiteral {
    .value(JSONDocument(owning: OpaquePointer(json_real(number) ?? json_null())).root)
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
    case .boolean(let value): return value ? json_true() : json_false()
    case .null: return json_null()
    case .verbatim(let json): return (try? JSONDocument(json))?.root.retainedNode
    }
  }
}

/// jansson refuses a NULL start even for an empty string.
private var emptyText: UnsafePointer<CChar> {
  UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
}
