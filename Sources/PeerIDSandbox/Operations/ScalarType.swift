internal import PeerID

/// The type of a scalar value of an operation: how the schema checks it, and how the chain echoes it.
struct ScalarType {
  private let type: OperationFieldType

  init(_ type: OperationFieldType) {
    self.type = type
  }

  func check(_ value: JSONValue) throws(SchemaFault) -> CheckedValue {
    switch type {
    case .objectID(let space):
      let text = try objectID(value, space: space)
      // The schema's pattern accepts any character in place of a dot; the serializer does not.
      guard text.hasPrefix(space + ".") else {
        return CheckedValue(.string(text), problem: "Expecting \(space).x, got \(text)")
      }
      // The serializer also refuses an instance that JavaScript cannot represent exactly.
      let instance = Double(text.dropFirst(space.utf8.count + 1)) ?? 0
      let isSafe = instance <= Double(OperationFieldType.maximumSafeInteger)
      return CheckedValue(.string(text), problem: isSafe ? nil : "overflow  \(text.dropFirst(space.utf8.count + 1))")
    case .integer(let minimum, let maximum):
      return Self.number(try Schema.integer(value, minimum: minimum, maximum: maximum))
    case .number(let minimum, let maximum):
      let number = try Schema.number(value, minimum: minimum, maximum: maximum)
      return Int64(exactly: number).map(Self.number) ?? CheckedValue(.real(number))
    case .string(let maximumLength):
      return CheckedValue(.string(try Schema.string(value, maximumLength: maximumLength)))
    case .uri:
      return CheckedValue(.string(try uri(value)))
    case .base64:
      let text = try base64(value)
      return CheckedValue(.string(text), echo: .string(Self.hexadecimal(ofBase64: text)))
    case .choice(let choices):
      guard let text = value.string, choices.contains(text) else {
        let list = choices.joined(separator: ", ")
        throw SchemaFault(choices.count == 1 ? "must be [\(list)]" : "must be one of [\(list)]")
      }
      return CheckedValue(.string(text))
    case .boolean:
      return CheckedValue(.boolean(try Schema.boolean(value)))
    case .timestamp(let unit):
      return Self.time(try Schema.timestamp(value), unit)
    case .asset, .object, .anyObject, .array, .tuple, .refined:
      return CheckedValue(.value(value))
    }
  }

  /// The chain writes integers of more than 32 bits as strings.
  private static func number(_ number: Int64) -> CheckedValue {
    CheckedValue(.integer(number), echo: echo(number))
  }

  /// An integer in the chain's format.
  static func echo(_ number: Int64) -> JSONLiteral {
    Int32(exactly: number) == nil ? .string(String(number)) : .integer(number)
  }

  /// The serializer stores times as unsigned 32-bit integers.
  private static func time(_ number: Int64, _ unit: OperationFieldType.TimeUnit) -> CheckedValue {
    let seconds = unit == .seconds ? number : Int64((Double(number) / 1_000).rounded(.down))
    let isInRange = UInt32(exactly: seconds) != nil
    return CheckedValue(
      .integer(seconds),
      echo: .string(TimeText.chain(seconds: isInRange ? seconds : 0)),
      problem: isInRange ? nil : "out of range \(seconds) uint32 \(seconds) \(seconds)"
    )
  }

  /// The dots in the schema's pattern are not escaped, so they match any character.
  private func objectID(_ value: JSONValue, space: String) throws(SchemaFault) -> String {
    let text = try Schema.string(value, trims: true)
    let prefix = text.unicodeScalars.prefix(space.unicodeScalars.count + 1)
    let instance = text.unicodeScalars.dropFirst(prefix.count)
    let matches = zip(prefix, (space + ".").unicodeScalars).allSatisfy { given, wanted in
      given == wanted || wanted == "." && !"\n\r\u{2028}\u{2029}".unicodeScalars.contains(given)
    }
    guard matches, !instance.isEmpty, instance.allSatisfy({ $0 >= "0" && $0 <= "9" }) else {
      throw SchemaFault("with value \"\(text)\" fails to match the required pattern: /^(\(space).)\\d+$/")
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

  /// The chain writes bytes as hexadecimal digits.
  private static func hexadecimal(ofBase64 text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let digits = Array("0123456789abcdef".utf8)
    var bits: UInt32 = 0
    var count = 0
    var result: [UInt8] = []
    for sextet in text.utf8.lazy.compactMap({ alphabet.firstIndex(of: $0) }) {
      bits = bits << 6 | UInt32(sextet)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      let byte = Int(bits >> UInt32(count) & 0xFF)
      result += [digits[byte >> 4], digits[byte & 15]]
    }
    return String(decoding: result, as: UTF8.self)
  }
}
