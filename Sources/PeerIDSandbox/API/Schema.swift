internal import PeerID

/// The error for a value that a schema rejects. The message follows the name of the value.
struct SchemaFault: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }

  static var required: SchemaFault { SchemaFault("is required") }

  /// The message in joi's format: `"value" is required`.
  func message(label: String = "value") -> String { "\"\(label)\" \(text)" }
}

/// Checks single values as joi does with conversions enabled.
enum Schema {
  static func string(
    _ value: JSONValue,
    maximumLength: Int64? = nil,
    trims: Bool = false
  ) throws(SchemaFault) -> String {
    guard let given = value.string else { throw SchemaFault("must be a string") }
    let text = trims ? trimmed(given) : given
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
      guard exact.magnitude <= OperationFieldType.maximumSafeInteger.magnitude else { throw unsafe }
      number = Double(exact)
    } else if let real = value.number {
      number = real
    } else if let text = value.string, let parsed = numeric(text) {
      guard NumberText.isExact(trimmed(text), parsed) else { throw unsafe }
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

  /// A timestamp as JavaScript reads it: an integer, in milliseconds if it is within 100,000,000 days of 1970.
  static func timestamp(_ value: JSONValue) throws(SchemaFault) -> Int64 {
    guard value.number != nil || value.string != nil else { throw SchemaFault("must be a valid date") }
    let number = value.number ?? value.string.flatMap { numeric($0) }
    guard let number, abs(number) <= 8_640_000_000_000_000 else {
      throw SchemaFault(
        value.string == nil ? "must be a valid date" : "must be in timestamp or number of milliseconds format"
      )
    }
    return Int64(number)
  }

  private static var unsafe: SchemaFault { SchemaFault("must be a safe number") }

  private static func check(_ number: Double, _ minimum: Int64?, _ maximum: Int64?) throws(SchemaFault) {
    if let minimum, number < Double(minimum) { throw SchemaFault("must be greater than or equal to \(minimum)") }
    if let maximum, number > Double(maximum) { throw SchemaFault("must be less than or equal to \(maximum)") }
  }

  /// A number in a string, which may have spaces around it.
  private static func numeric(_ text: String) -> Double? {
    let bare = trimmed(text)
    guard bare.first != "e", bare.first != "E", bare.allSatisfy({ $0.isASCII && "0123456789+-.eE".contains($0) }) else {
      return nil
    }
    return Double(bare)
  }

  /// `text` without surrounding spaces.
  static func trimmed(_ text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace || scalar == "\u{FEFF}" }
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }), let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }
}
