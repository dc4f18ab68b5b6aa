internal import PeerID

/// A value of an operation that holds no other values: how the schema checks it, and how the chain echoes it.
struct ScalarType {
  private let type: OperationFieldType

  init(_ type: OperationFieldType) {
    self.type = type
  }

  func check(_ value: JSONValue) throws(SchemaFault) -> JSONLiteral {
    switch type {
    case .objectID(let space):
      return .string(try objectID(value, space: space))
    case .integer(let minimum, let maximum):
      return Self.echo(try Schema.integer(value, minimum: minimum, maximum: maximum))
    case .number(let minimum, let maximum):
      let number = try Schema.number(value, minimum: minimum, maximum: maximum)
      return Int64(exactly: number).map(Self.echo) ?? .real(number)
    case .string(let maximumLength):
      return .string(try Schema.string(value, maximumLength: maximumLength))
    case .uri:
      return .string(try uri(value))
    case .base64:
      return .string(try base64(value))
    case .choice(let choices):
      guard let text = value.string, choices.contains(text) else {
        let list = choices.joined(separator: ", ")
        throw SchemaFault(choices.count == 1 ? "must be [\(list)]" : "must be one of [\(list)]")
      }
      return .string(text)
    case .boolean:
      return .boolean(try Schema.boolean(value))
    case .timestamp(let unit):
      return .string(TimeText.chain(seconds: try Schema.timestamp(value, unit: unit)))
    case .asset, .object, .anyObject, .array, .tuple:
      return .value(value)
    }
  }

  /// The chain writes integers that need more than 32 bits as text.
  private static func echo(_ number: Int64) -> JSONLiteral {
    Int32(exactly: number) == nil ? .string(String(number)) : .integer(number)
  }

  private func objectID(_ value: JSONValue, space: String) throws(SchemaFault) -> String {
    let text = try Schema.string(value)
    let instance = text.utf8.dropFirst(space.utf8.count + 1)
    guard text.hasPrefix(space), text.utf8.dropFirst(space.utf8.count).first == 0x2E, !instance.isEmpty,
      instance.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else {
      let pattern = space.split(separator: ".").joined(separator: "\\.")
      throw SchemaFault("with value \"\(text)\" fails to match the required pattern: /^\(pattern)\\.\\d+$/")
    }
    return text
  }

  private func uri(_ value: JSONValue) throws(SchemaFault) -> String {
    let text = try Schema.string(value)
    let scheme = text.utf8.prefix { $0 != 0x3A }
    let isScheme = scheme.allSatisfy { byte in
      byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || [0x2B, 0x2D, 0x2E].contains(byte)
    }
    guard isScheme, let first = scheme.first, first >= 0x41, scheme.count < text.utf8.count,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw SchemaFault("must be a valid uri") }
    return text
  }

  private func base64(_ value: JSONValue) throws(SchemaFault) -> String {
    let text = try Schema.string(value)
    let digits = text.utf8.reversed().drop { $0 == 0x3D }
    let isBase64 = digits.allSatisfy { byte in
      byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x2B || byte == 0x2F
    }
    guard isBase64, text.utf8.count % 4 == 0, text.utf8.count - digits.count <= 2 else {
      throw SchemaFault("must be a valid base64 string")
    }
    return text
  }
}
