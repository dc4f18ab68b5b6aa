/// Reads the notation in which `CatalogueText.swift` writes the operations down.
struct CatalogueReader {
  /// What has not been read yet: bytes, because going through characters takes ten times as long.
  private var rest: ArraySlice<UInt8>
  private let namedTypes: [String: OperationFieldType]

  static func read(_ text: String) -> [OperationDefinition] {
    var namedTypes: [String: OperationFieldType] = [:]
    var operations: [OperationDefinition] = []
    for line in unfoldedLines(text) {
      var reader = CatalogueReader(rest: line[...], namedTypes: namedTypes)
      switch line.first {
      case UInt8(ascii: "!"), UInt8(ascii: "~"):
        guard let last = operations.popLast() else { continue }
        let note = String(decoding: line.dropFirst(2), as: UTF8.self)
        operations.append(last.annotated(fails: line.first == UInt8(ascii: "!"), note: note))
      case UInt8(ascii: "$"):
        guard reader.skip("$"), let name = reader.word(), reader.skip("="), let type = reader.type() else { continue }
        namedTypes[name] = type
      default:
        if let operation = reader.operation() { operations.append(operation) }
      }
    }
    return operations
  }

  /// Joins each line with the indented ones behind it. A note below an operation is a line of its own.
  private static func unfoldedLines(_ text: String) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let content = line.drop { $0 == UInt8(ascii: " ") }
      let isNote = content.first == UInt8(ascii: "!") || content.first == UInt8(ascii: "~")
      if line.first == UInt8(ascii: " "), !isNote, !lines.isEmpty {
        lines[lines.count - 1].append(UInt8(ascii: " "))
        lines[lines.count - 1].append(contentsOf: content)
      } else {
        lines.append(Array(content))
      }
    }
    return lines
  }

  private mutating func operation() -> OperationDefinition? {
    guard let number = integer(), let id = Int32(exactly: number) else { return nil }
    let isKnownToServer = !skip("*")
    guard let name = word(), skip(":"), let fields = fields() else { return nil }
    return OperationDefinition(
      name: name,
      id: id,
      isKnownToServer: isKnownToServer,
      fields: fields,
      alwaysFailsBecause: nil,
      caution: nil
    )
  }

  private mutating func fields() -> [OperationField]? {
    var fields: [OperationField] = []
    repeat {
      guard let name = word() else { return nil }
      let presence: OperationField.Presence = skip("?") ? .optional : skip("!") ? .unusable : .required
      guard skip(":"), let type = type() else { return nil }
      fields.append(OperationField(name: name, presence: presence, type: type))
    } while skip(",")
    return fields
  }

  private mutating func type() -> OperationFieldType? {
    if skip("{") { return object() }
    if skip("[") { return array() }
    if skip("(") { return tuple() }
    if skip("$") { return word().flatMap { namedTypes[$0] } }
    if let first = rest.first, isDigit(first) {
      guard let space = integer(), skip("."), let kind = integer() else { return nil }
      return .objectID(space: "\(space).\(kind)")
    }
    switch word() {
    case "asset": return .asset
    case "bool": return .boolean
    case "uri": return .uri
    case "base64": return .base64
    case "seconds": return .timestamp(.seconds)
    case "milliseconds": return .timestamp(.milliseconds)
    case "one": return choice()
    case "int": return limits(within: ("(", ")")).map { .integer(minimum: $0.minimum, maximum: $0.maximum) }
    case "number": return limits(within: ("(", ")")).map { .number(minimum: $0.minimum, maximum: $0.maximum) }
    case "string": return limits(within: ("(", ")")).map { .string(maximumLength: $0.maximum) }
    default: return nil
    }
  }

  private mutating func object() -> OperationFieldType? {
    if skip("*") { return skip("}") ? .anyObject : nil }
    guard let fields = fields(), skip("}") else { return nil }
    return .object(fields)
  }

  private mutating func array() -> OperationFieldType? {
    guard let element = type(), let count = limits(within: (";", "]")) else { return nil }
    if count.minimum == nil, count.maximum == nil, !skip("]") { return nil }
    return .array(element, minimumCount: count.minimum, maximumCount: count.maximum)
  }

  private mutating func tuple() -> OperationFieldType? {
    var elements: [OperationFieldType] = []
    repeat {
      guard let element = type() else { return nil }
      elements.append(element)
    } while skip(",")
    return skip(")") ? .tuple(elements) : nil
  }

  private mutating func choice() -> OperationFieldType? {
    guard skip("(") else { return nil }
    var values: [String] = []
    repeat {
      guard let value = word() else { return nil }
      values.append(value)
    } while skip("|")
    return skip(")") ? .choice(values) : nil
  }

  private typealias Limits = (minimum: Int64?, maximum: Int64?)

  /// `min..max` with either side open, inside the two marks; both `nil` where the opening mark is missing.
  private mutating func limits(within marks: (open: Character, close: Character)) -> Limits? {
    guard skip(marks.open) else { return (nil, nil) }
    let minimum = integer()
    guard skip("."), skip(".") else { return nil }
    let maximum = integer()
    return skip(marks.close) ? (minimum, maximum) : nil
  }

  private mutating func integer() -> Int64? {
    skipSpaces()
    let digits = rest.prefix(while: isDigit)
    guard let value = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }

  private mutating func word() -> String? {
    skipSpaces()
    let letters = rest.prefix { isDigit($0) || $0 == 0x5F || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) }
    guard !letters.isEmpty else { return nil }
    rest = rest.dropFirst(letters.count)
    return String(decoding: letters, as: UTF8.self)
  }

  private mutating func skip(_ mark: Character) -> Bool {
    skipSpaces()
    guard let byte = rest.first, byte == mark.asciiValue else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func skipSpaces() {
    rest = rest.drop { $0 == 0x20 }
  }
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

extension OperationDefinition {
  fileprivate func annotated(fails: Bool, note: String) -> OperationDefinition {
    OperationDefinition(
      name: name,
      id: id,
      isKnownToServer: isKnownToServer,
      fields: fields,
      alwaysFailsBecause: fails ? note : alwaysFailsBecause,
      caution: fails ? caution : note
    )
  }
}
