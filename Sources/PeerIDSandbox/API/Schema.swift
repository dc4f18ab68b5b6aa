internal import PeerID

/// A value that a schema does not take; the text follows the name of the value.
struct SchemaFault: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static var required: SchemaFault { SchemaFault("is required") }

  /// The message in the manner of joi: `"value" is required`.
  func message(label: String = "value") -> String { "\"\(label)\" \(text)" }
}

/// Single values, taken and refused as joi does with its conversions on.
enum Schema {
  static func string(_ value: JSONValue, maximumLength: Int64? = nil) throws(SchemaFault) -> String {
    guard let text = value.string else { throw SchemaFault("must be a string") }
    guard !text.isEmpty else { throw SchemaFault("is not allowed to be empty") }
    // JavaScript counts UTF-16 code units.
    if let maximumLength, text.utf16.count > maximumLength {
      throw SchemaFault("length must be less than or equal to \(maximumLength) characters long")
    }
    return text
  }

  static func integer(_ value: JSONValue, minimum: Int64? = nil, maximum: Int64? = nil) throws(SchemaFault) -> Int64 {
    let number = try self.number(value, minimum: nil, maximum: nil)
    guard let integer = Int64(exactly: number) else { throw SchemaFault("must be an integer") }
    try check(number, minimum, maximum)
    return integer
  }

  static func number(_ value: JSONValue, minimum: Int64?, maximum: Int64?) throws(SchemaFault) -> Double {
    let number: Double
    if let exact = value.integer {
      guard abs(Double(exact)) <= Double(OperationFieldType.maximumSafeInteger) else { throw unsafe }
      number = Double(exact)
    } else if let real = value.number {
      number = real
    } else if let text = value.string, let parsed = numeric(text) {
      number = parsed
    } else {
      throw SchemaFault("must be a number")
    }
    guard number.isFinite else { throw SchemaFault("cannot be infinity") }
    guard abs(number) <= Double(OperationFieldType.maximumSafeInteger) else { throw unsafe }
    try check(number, minimum, maximum)
    return number
  }

  static func boolean(_ value: JSONValue) throws(SchemaFault) -> Bool {
    if let truth = value.boolean { return truth }
    switch value.string?.lowercased() {
    case "true": return true
    case "false": return false
    default: throw SchemaFault("must be a boolean")
    }
  }

  /// Seconds or milliseconds since 1970; JavaScript's dates end 100,000,000 days around it.
  static func timestamp(_ value: JSONValue, unit: OperationFieldType.TimeUnit) throws(SchemaFault) -> Int64 {
    let number = value.number ?? value.string.flatMap { numeric($0) }
    let perSecond: Double = unit == .seconds ? 1 : 1_000
    guard let number, abs(number) <= 8_640_000_000_000 * perSecond else {
      let name = unit == .seconds ? "seconds" : "milliseconds"
      throw SchemaFault("must be in timestamp or number of \(name) format")
    }
    return Int64(number / perSecond)
  }

  private static var unsafe: SchemaFault { SchemaFault("must be a safe number") }

  private static func check(_ number: Double, _ minimum: Int64?, _ maximum: Int64?) throws(SchemaFault) {
    if let minimum, number < Double(minimum) { throw SchemaFault("must be greater than or equal to \(minimum)") }
    if let maximum, number > Double(maximum) { throw SchemaFault("must be less than or equal to \(maximum)") }
  }

  /// A number in text; spaces around it do not matter.
  private static func numeric(_ text: String) -> Double? {
    let bare = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
    guard let last = bare.last, last.isNumber, bare.allSatisfy({ $0.isASCII && "0123456789+-.eE".contains($0) }) else {
      return nil
    }
    return Double(String(bare))
  }
}
