/// Checks operations against the catalogue, as the server would, but with the place of the fault and the remedy.
///
/// It never refuses what the server takes: integers may be numeric strings, truth values `"true"` and `"false"`.
/// The exception are numbers with a fraction part where an integer belongs: money is not rounded.
enum OperationValidator {
  /// Checks one operation. One of an unknown name passes, since the server may know more than this library.
  static func check<Value: JSONReadable>(
    _ operation: Value,
    name: String?,
    definition: OperationDefinition?,
    at path: inout OperationPath
  ) throws(PeerIDError) {
    guard operation.kind == .object else { throw invalid(path.text, "must be an object") }
    guard let name else { throw invalid(path.text + ".op_name", "must be the name of an operation, as a string") }
    guard let definition else {
      if let known = OperationCatalogue.standard.operation(named: name.lowercased()) {
        throw invalid(path.text + ".op_name", "is '\(name)', but the server spells it '\(known.name)'")
      }
      return
    }
    if let reason = definition.alwaysFailsBecause {
      throw invalid(path.text, "'\(name)' can never succeed on this server: \(reason)")
    }
    try check(operation, has: definition.fields, at: &path, isOperation: true, note: definition.caution)
  }

  private static func check<Value: JSONReadable>(
    _ object: Value,
    has fields: [OperationField],
    at path: inout OperationPath,
    isOperation: Bool = false,
    note: String? = nil
  ) throws(PeerIDError) {
    for field in fields {
      guard let value = object.member(field.key) else {
        if field.presence == .required { throw invalid(path.text + "." + field.name, "is required") }
        continue
      }
      if field.presence == .unusable {
        let because = note.map { ": \($0)" } ?? ""
        throw invalid(path.text + "." + field.name, "can never be sent with success\(because)")
      }
      path.enter(field.name)
      try check(value, is: field.type, at: &path)
      path.leave()
    }
    try refuseUnknownKeys(of: object, beside: fields, at: &path, isOperation: isOperation)
  }

  private static func refuseUnknownKeys<Value: JSONReadable>(
    of object: Value,
    beside fields: [OperationField],
    at path: inout OperationPath,
    isOperation: Bool
  ) throws(PeerIDError) {
    try object.forEachMember { (key, _) throws(PeerIDError) in
      if isOperation, OperationField.operationName.matches(key) { return }
      if fields.contains(where: { $0.key.matches(key) }) { return }
      let name = String(decoding: key, as: UTF8.self)
      let nearest = fields.min { EditDistance.between($0.name, name) < EditDistance.between($1.name, name) }
      throw invalid(
        path.text + "." + name,
        "is not a field here" + (nearest.map { "; the nearest is '\($0.name)'" } ?? "")
      )
    }
  }

  private static func check<Value: JSONReadable>(
    _ value: Value,
    is type: OperationFieldType,
    at path: inout OperationPath
  ) throws(PeerIDError) {
    switch type {
    case .objectID(let space): try checkObjectID(value, space: space, at: &path)
    case .asset:
      guard value.kind == .object else { throw invalid(path.text, "must be an object with amount and asset_id") }
      try check(value, has: assetFields, at: &path)
    case .integer(let minimum, let maximum): try checkInteger(value, minimum, maximum, at: &path)
    case .timestamp(let unit): try checkTimestamp(value, unit, at: &path)
    case .number(let minimum, let maximum):
      guard let number = value.number ?? value.string.flatMap({ Double($0) }) else {
        throw invalid(path.text, "must be a number")
      }
      if let minimum, number < Double(minimum) { throw invalid(path.text, "must be at least \(minimum)") }
      if let maximum, number > Double(maximum) { throw invalid(path.text, "must be at most \(maximum)") }
    case .boolean:
      let text = value.string
      if value.boolean == nil, text != "true", text != "false" { throw invalid(path.text, "must be true or false") }
    case .string(let maximumLength):
      let text = try checkText(value, at: &path)
      // The server counts UTF-16 units.
      if let maximumLength, text.utf16.count > maximumLength {
        throw invalid(path.text, "must be at most \(maximumLength) characters long")
      }
    case .uri:
      let text = try checkText(value, at: &path)
      guard let colon = text.firstIndex(of: ":"), colon > text.startIndex, !text.contains(" ") else {
        throw invalid(path.text, "must be a URI with a scheme, such as https://example.com")
      }
    case .base64:
      if !isBase64(try checkText(value, at: &path)) { throw invalid(path.text, "must be base64 with padding") }
    case .choice(let choices):
      let text = try checkText(value, at: &path)
      if !choices.contains(text) { throw invalid(path.text, "must be one of " + choices.joined(separator: ", ")) }
    case .anyObject:
      guard value.kind == .object else { throw invalid(path.text, "must be an object") }
    case .object(let fields):
      guard value.kind == .object else { throw invalid(path.text, "must be an object") }
      try check(value, has: fields, at: &path)
    case .array(let element, let minimum, let maximum):
      try checkArray(value, of: element, minimum, maximum, at: &path)
    case .tuple(let types):
      guard value.kind == .array, value.count == types.count else {
        throw invalid(path.text, "must be an array of exactly \(types.count) elements")
      }
      for (index, type) in types.enumerated() {
        guard let element = value[index] else { continue }
        path.enter(index)
        try check(element, is: type, at: &path)
        path.leave()
      }
    }
  }

  private static let assetFields = [
    OperationField(
      name: "amount",
      presence: .required,
      type: .integer(minimum: nil, maximum: OperationFieldType.maximumAmount)
    ),
    OperationField(name: "asset_id", presence: .required, type: .objectID(space: "1.3")),
  ]

  private static func checkArray<Value: JSONReadable>(
    _ value: Value,
    of element: OperationFieldType,
    _ minimum: Int64?,
    _ maximum: Int64?,
    at path: inout OperationPath
  ) throws(PeerIDError) {
    guard value.kind == .array else { throw invalid(path.text, "must be an array") }
    if let minimum, value.count < minimum { throw invalid(path.text, "must hold at least \(minimum) element") }
    if let maximum, value.count > maximum {
      throw invalid(
        path.text,
        maximum == 0 ? "must be []: the server cannot write its elements" : "holds too many elements"
      )
    }
    var index = 0
    try value.forEachElement { (item) throws(PeerIDError) in
      path.enter(index)
      try check(item, is: element, at: &path)
      path.leave()
      index += 1
    }
  }

  private static func checkObjectID(_ value: some JSONReadable, space: String, at path: inout OperationPath)
    throws(PeerIDError)
  {
    guard let text = value.utf8, isObjectID(text, in: space) else {
      throw invalid(path.text, "must be an object id such as \"\(space).7\"")
    }
  }

  private static func isObjectID(_ text: UnsafeRawBufferPointer, in space: String) -> Bool {
    let prefix = space.utf8
    guard text.count > prefix.count + 1, text.starts(with: prefix), text[prefix.count] == UInt8(ascii: ".") else {
      return false
    }
    return text[(prefix.count + 1)...].allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }

  private static func checkInteger(
    _ value: some JSONReadable,
    _ minimum: Int64?,
    _ maximum: Int64?,
    at path: inout OperationPath
  ) throws(PeerIDError) {
    if value.kind == .real { throw invalid(path.text, "must be an integer, without a decimal point or exponent") }
    guard let number = value.integer ?? value.string.flatMap({ Int64($0) }) else {
      throw invalid(path.text, "must be an integer")
    }
    let safe = OperationFieldType.maximumSafeInteger
    guard number >= -safe, number <= safe else {
      throw invalid(path.text, "is \(number), beyond what the server takes (2^53 - 1)")
    }
    if let minimum, number < minimum { throw invalid(path.text, "is \(number), but must be at least \(minimum)") }
    if let maximum, number > maximum { throw invalid(path.text, "is \(number), but must be at most \(maximum)") }
  }

  /// A time in the wrong unit is the commonest mistake here, and it is silent: seconds taken for milliseconds are 1970.
  private static func checkTimestamp(
    _ value: some JSONReadable,
    _ unit: OperationFieldType.TimeUnit,
    at path: inout OperationPath
  ) throws(PeerIDError) {
    let unitName = unit == .seconds ? "seconds" : "milliseconds"
    guard value.kind == .integer || value.string.flatMap({ Int64($0) }) != nil else {
      throw invalid(path.text, "must be a time as \(unitName) since 1970, an integer")
    }
    try checkInteger(value, nil, nil, at: &path)
  }

  private static func checkText(_ value: some JSONReadable, at path: inout OperationPath) throws(PeerIDError)
    -> String
  {
    guard let text = value.string else { throw invalid(path.text, "must be a string") }
    if text.isEmpty { throw invalid(path.text, "must not be empty") }
    return text
  }

  private static func isBase64(_ text: String) -> Bool {
    let body = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.utf8.count - body.count
    let isPadded = text.utf8.count % 4 == 0 && padding <= 2 && text.utf8.suffix(padding).allSatisfy { $0 == 0x3D }
    return isPadded
      && body.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"): true
        default: false
        }
      }
  }

  private static func invalid(_ path: String, _ what: String) -> PeerIDError {
    PeerIDError(.invalidArgument, "\(path) \(what)")
  }
}
