import Glibc
@testable import PeerID

/// Prints what the readers find in a text as a line, for comparison with a reader in another language.
///
/// A line is a JSON object: the text in hexadecimal, whether the scanner accepts it, and what the index, jansson and
/// the scanner of responses found, `null` for a text that they refuse. Each value has exactly one notation: `s` and the
/// bytes of a string in hexadecimal, `n` and the digits of a number as they were written, `i` and the value of an
/// integer, `r` and the bits of a double, `t`, `f`, `z`, `[value,…]` and `{key:value,…}`.
enum Readings {
  static func run(_ text: UnsafeRawBufferPointer) {
    var scanner = JSONScanner(text)
    let isJSON = (try? scanner.whole { (scanner) throws(JSONScanner.Fault) in try scanner.skipValue() }) != nil
    let index = (try? JSONIndex(text))?.withRoot { digits($0) }
    let tree = (try? JSONDocument(parsing: text, rejectDuplicates: true)).map { values($0.root) }
    let line: JSONLiteral = [
      "text": .string(hexadecimal(text)),
      "is_json": .boolean(isJSON),
      "index": index.map { .string($0) } ?? .null,
      "tree": tree.map { .string($0) } ?? .null,
      "result": ResponseScanner.response(text).map { .string($0.jsonBytes.withBytes(hexadecimal)) } ?? .null,
    ]
    puts(line.compactText.text)
  }

  private static func digits(_ value: JSONIndex.Value) -> String {
    switch value.kind {
    case .string: return "s" + (value.utf8.map(hexadecimal) ?? "")
    case .integer, .real: return "n" + (value.digits ?? "")
    case .boolean: return value.boolean == true ? "t" : "f"
    case .null: return "z"
    case .array: return "[\(value.elements.map { digits($0) }.joined(separator: ","))]"
    case .object:
      var members: [String] = []
      value.forEachMember { members.append("\(hexadecimal($0)):\(digits($1))") }
      return "{\(members.joined(separator: ","))}"
    }
  }

  private static func values(_ value: JSONValue) -> String {
    switch value.kind {
    case .string: "s" + (value.utf8.map(hexadecimal) ?? "")
    case .integer: "i\(value.integer ?? 0)"
    case .real: "r" + String(value.number?.bitPattern ?? 0, radix: 16)
    case .boolean: value.boolean == true ? "t" : "f"
    case .null: "z"
    case .array: "[\(value.elements.map { values($0) }.joined(separator: ","))]"
    case .object:
      "{\(value.members.map { "\(Bytes($0).withBytes(hexadecimal)):\(values($1))" }.joined(separator: ","))}"
    }
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0xF)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
