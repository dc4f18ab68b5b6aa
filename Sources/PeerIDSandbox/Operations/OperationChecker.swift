internal import PeerID

/// An operation that passed the schema.
struct CheckedOperation {
  let definition: OperationDefinition
  /// `["transfer", {…}]`, as the server stores it for a transaction token.
  let given: JSONLiteral
  /// The operation as the node echoes it.
  let operation: ChainOperation
  /// The server's error when it builds the transaction; `nil` if there is none.
  let buildFault: String?
}

/// Checks the array `operations` of a call against the server's schema, and builds the operations for the chain.
///
/// Only the first mistake is reported, with the path of the value: `"[0].amount.amount" must be an integer`.
struct OperationChecker {
  /// A mistake and its path.
  struct Fault: Error {
    let message: String
  }

  private enum Step {
    case name(String)
    case index(Int)
  }

  private var path: [Step] = []
  private var operationName = ""
  private var buildFault: String?

  /// Checks the value of the field `operations`.
  static func check(_ value: JSONValue) throws(Fault) -> [CheckedOperation] {
    guard value.kind == .array else { throw Fault(message: SchemaFault("must be an array").message()) }
    var checked: [CheckedOperation] = []
    for (index, element) in value.elements.enumerated() {
      var checker = OperationChecker()
      checker.path.append(.index(index))
      checked.append(try checker.operation(element))
    }
    return checked
  }

  private mutating func operation(_ value: JSONValue) throws(Fault) -> CheckedOperation {
    guard let name = value["op_name"]?.string,
      let definition = OperationCatalogue.standard.operation(named: name)
    else { throw fault("does not match any of the allowed types") }
    operationName = name
    var members = try fields(definition.fields, of: value, beside: "op_name")
    // The server drops the fields of bitassets.
    members.removeAll { $0.key == "bitasset_opts" }
    if let reason = definition.alwaysFailsBecause, buildFault == nil {
      buildFault = ChainMessage.alwaysFailing(name) ?? ChainMessage.serializer(reason, at: name)
    }
    var feeAsset: JSONLiteral = "1.3.0"
    if let place = members.firstIndex(where: { $0.key == "fee_asset" }) {
      feeAsset = members.remove(at: place).value.given
    }
    let hasExtensions = members.contains { $0.key == "extensions" }
    var given: [(String, JSONLiteral)] = [("fee", ["amount": 0, "asset_id": feeAsset])]
    var echo: [(String, JSONLiteral)] = []
    if !SerializerRule.hasNoFee.contains(name) {
      echo.append(("fee", ["amount": .integer(Ledger.fee), "asset_id": feeAsset]))
    }
    for (key, value) in members {
      given.append((key, value.given))
      echo.append((key, Self.hasFutureExtensions(name, key) ? value.echoWithExtensions : value.echo))
    }
    if !hasExtensions {
      given.append(("extensions", .null))
      if !SerializerRule.hasNoExtensions.contains(name) { echo.append(("extensions", [])) }
    }
    return CheckedOperation(
      definition: definition,
      given: [.string(name), .object(given)],
      operation: ChainOperation(
        id: definition.id,
        name: name,
        fields: .object(echo),
        request: value.compactText()
      ),
      buildFault: buildFault
    )
  }

  /// Whether the serializer adds an empty `extensions` inside this field.
  private static func hasFutureExtensions(_ operation: String, _ field: String) -> Bool {
    switch field {
    case "common_options", "new_options": true
    case "options": operation == "account_create"
    default: false
    }
  }

  /// The members of an object in the schema's order. Unknown members are reported last.
  private mutating func fields(
    _ fields: [OperationField],
    of value: JSONValue,
    beside other: String? = nil
  ) throws(Fault) -> [(key: String, value: CheckedValue)] {
    guard value.kind == .object else { throw fault("must be of type object") }
    var members: [(key: String, value: CheckedValue)] = []
    members.reserveCapacity(fields.count + 2)
    for field in fields {
      path.append(.name(field.name))
      if let member = value.member(field.name) {
        members.append((field.name, try check(member, field.type)))
        if field.presence == .unusable {
          fail("memo_data.from\t cause: value required  | undefined", at: fieldPath)
        }
      } else if field.presence == .required {
        throw fault(SchemaFault.required.text)
      }
      path.removeLast()
    }
    if value.count > members.count + (other == nil ? 0 : 1) {
      for (key, _) in value.members where key != other && !fields.contains(where: { $0.name == key }) {
        path.append(.name(key))
        throw fault("is not allowed")
      }
    }
    return members
  }

  private mutating func check(_ value: JSONValue, _ type: OperationFieldType) throws(Fault) -> CheckedValue {
    switch type {
    case .object(let fields):
      return .object(try self.fields(fields, of: value))
    case .asset:
      return try asset(value)
    case .anyObject:
      guard value.kind == .object else { throw fault("must be of type object") }
      return CheckedValue(.value(value))
    case .array(let element, let minimum, let maximum):
      return try array(value, of: element, minimum: minimum, maximum: maximum)
    case .tuple(let types):
      return try tuple(value, of: types)
    case .refined(let schema, let refinement):
      let checked = try check(value, schema)
      if let problem = SerializerRule.problem(of: checked.given, as: type, refinement) { fail(problem, at: fieldPath) }
      return checked
    default:
      return try scalar(value, type)
    }
  }

  /// `{"amount": integer, "asset_id": "1.3.N"}`.
  private mutating func asset(_ value: JSONValue) throws(Fault) -> CheckedValue {
    guard value.kind == .object else { throw fault("must be of type object") }
    let amount = OperationFieldType.integer(minimum: nil, maximum: OperationFieldType.maximumAmount)
    let types = [("amount", amount), ("asset_id", OperationFieldType.objectID(space: "1.3"))]
    var members: [(key: String, value: CheckedValue)] = []
    for (name, type) in types {
      path.append(.name(name))
      guard let member = value.member(name) else { throw fault(SchemaFault.required.text) }
      members.append((name, try check(member, type)))
      path.removeLast()
    }
    for (key, _) in value.members where key != "amount" && key != "asset_id" {
      path.append(.name(key))
      throw fault("is not allowed")
    }
    return .object(members)
  }

  private mutating func scalar(_ value: JSONValue, _ type: OperationFieldType) throws(Fault) -> CheckedValue {
    let checked: CheckedValue
    do throws(SchemaFault) {
      checked = try ScalarType(type).check(value)
    } catch {
      throw fault(error.text)
    }
    if let problem = checked.problem { fail(problem, at: fieldPath) }
    return checked
  }

  private mutating func array(
    _ value: JSONValue,
    of type: OperationFieldType,
    minimum: Int64?,
    maximum: Int64?
  ) throws(Fault) -> CheckedValue {
    guard value.kind == .array else { throw fault("must be an array") }
    var elements: [CheckedValue] = []
    for (index, element) in value.elements.enumerated() {
      path.append(.index(index))
      elements.append(try check(element, type))
      path.removeLast()
    }
    if let minimum, elements.count < minimum { throw fault("must contain at least \(minimum) items") }
    if let maximum, elements.count > maximum { fail("value has another type", at: fieldPath) }
    return .array(elements)
  }

  /// The schema lists the types of the elements without their order, so it accepts any order. The serializer fails if
  /// an element is in the wrong place.
  private mutating func tuple(_ value: JSONValue, of types: [OperationFieldType]) throws(Fault) -> CheckedValue {
    guard value.kind == .array else { throw fault("must be an array") }
    var elements: [CheckedValue] = []
    for (index, element) in value.elements.enumerated() {
      path.append(.index(index))
      let expected = index < types.count ? [types[index]] : []
      var found: CheckedValue?
      for (place, type) in (expected + types).enumerated() where found == nil {
        var trial = self
        found = try? trial.check(element, type)
        if found != nil {
          buildFault = trial.buildFault
          if place >= expected.count { fail("value has another type", at: fieldPath) }
        }
      }
      guard let found else { throw fault("does not match any of the allowed types") }
      elements.append(found)
      path.removeLast()
    }
    if value.count != types.count { throw fault("must contain \(types.count) items") }
    return .array(elements)
  }

  /// Records the server's error when it builds the transaction; only the first error is kept.
  private mutating func fail(_ cause: String, at path: String) {
    if buildFault == nil { buildFault = ChainMessage.serializer(cause, at: path) }
  }

  /// The path in the serializer's messages, with the operation's name at the start.
  private var fieldPath: String {
    let names = path.compactMap { step in if case .name(let name) = step { name } else { nil } }
    // Nested objects have a separate serializer.
    if names.count == 2, let type = SerializerRule.nestedTypes["\(operationName).\(names[0])"] {
      return "\(operationName).\(names[0])\t cause: \(type).\(names[1])"
    }
    return ([operationName] + names).joined(separator: ".")
  }

  private func fault(_ text: String) -> Fault { Fault(message: SchemaFault(text).message(label: pathText)) }

  private var pathText: String {
    var text = ""
    for step in path {
      switch step {
      case .name(let name): text += text.isEmpty ? name : "." + name
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}
