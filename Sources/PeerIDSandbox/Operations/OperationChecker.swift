internal import PeerID

/// An operation that passed the schema.
struct CheckedOperation {
  let definition: OperationDefinition
  let operation: ChainOperation
  /// Why the server fails all the same, once it builds the transaction.
  let buildFault: String?
}

/// Checks the array `operations` of a call as the server's schema does, and builds what goes to the chain.
///
/// Only the first fault is told, with the path of the value: `"[0].amount.amount" must be an integer`.
struct OperationChecker {
  /// A fault and the path where it was found.
  struct Fault: Error {
    let message: String
  }

  private enum Step {
    case name(String)
    case index(Int)
  }

  private var path: [Step] = []
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
    var members = try fields(definition.fields, of: value, beside: "op_name")
    if let reason = definition.alwaysFailsBecause, buildFault == nil { buildFault = ChainMessage.serializer(reason) }

    var feeAsset: JSONLiteral = "1.3.0"
    if let place = members.firstIndex(where: { $0.0 == "fee_asset" }) { feeAsset = members.remove(at: place).1 }
    members.insert(("fee", ["amount": 20, "asset_id": feeAsset]), at: 0)
    if !members.contains(where: { $0.0 == "extensions" }) { members.append(("extensions", [])) }
    return CheckedOperation(
      definition: definition,
      operation: ChainOperation(id: definition.id, name: name, fields: .object(members)),
      buildFault: buildFault
    )
  }

  /// The members of an object in the order of the schema; what the schema does not know comes last, as a fault.
  private mutating func fields(
    _ fields: [OperationField],
    of value: JSONValue,
    beside other: String? = nil
  ) throws(Fault) -> [(String, JSONLiteral)] {
    guard value.kind == .object else { throw fault("must be of type object") }
    var members: [(String, JSONLiteral)] = []
    members.reserveCapacity(fields.count + 2)
    for field in fields {
      path.append(.name(field.name))
      if let member = value.member(field.name) {
        members.append((field.name, try check(member, field.type)))
        if field.presence == .unusable, buildFault == nil {
          buildFault = ChainMessage.serializer("Expected object for \(field.name), got a value of another type")
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

  private mutating func check(_ value: JSONValue, _ type: OperationFieldType) throws(Fault) -> JSONLiteral {
    switch type {
    case .object(let fields):
      return .object(try self.fields(fields, of: value))
    case .asset:
      return try asset(value)
    case .anyObject:
      guard value.kind == .object else { throw fault("must be of type object") }
      return .value(value)
    case .array(let element, let minimum, let maximum):
      return try array(value, of: element, minimum: minimum, maximum: maximum)
    case .tuple(let types):
      return try tuple(value, of: types)
    default:
      do throws(SchemaFault) {
        return try ScalarType(type).check(value)
      } catch {
        throw fault(error.text)
      }
    }
  }

  private mutating func array(
    _ value: JSONValue,
    of type: OperationFieldType,
    minimum: Int64?,
    maximum: Int64?
  ) throws(Fault) -> JSONLiteral {
    guard value.kind == .array else { throw fault("must be an array") }
    var elements: [JSONLiteral] = []
    for (index, element) in value.elements.enumerated() {
      path.append(.index(index))
      elements.append(try check(element, type))
      path.removeLast()
    }
    if let minimum, elements.count < minimum { throw fault("must contain at least \(minimum) items") }
    if let maximum, elements.count > maximum, buildFault == nil {
      buildFault = ChainMessage.serializer("unable to parse \(pathText): value has another type")
    }
    return .array(elements)
  }

  private mutating func tuple(_ value: JSONValue, of types: [OperationFieldType]) throws(Fault) -> JSONLiteral {
    guard value.kind == .array else { throw fault("must be an array") }
    var elements: [JSONLiteral] = []
    for (index, (element, type)) in zip(value.elements, types).enumerated() {
      path.append(.index(index))
      elements.append(try check(element, type))
      path.removeLast()
    }
    if value.count < types.count { throw fault("does not contain \(types.count - value.count) required value(s)") }
    if value.count > types.count { throw fault("must contain at most \(types.count) items") }
    return .array(elements)
  }

  /// `{"amount": integer, "asset_id": "1.3.N"}`.
  private mutating func asset(_ value: JSONValue) throws(Fault) -> JSONLiteral {
    guard value.kind == .object else { throw fault("must be of type object") }
    let amount = try member("amount", of: value, .integer(minimum: nil, maximum: OperationFieldType.maximumAmount))
    let assetID = try member("asset_id", of: value, .objectID(space: "1.3"))
    for (key, _) in value.members where key != "amount" && key != "asset_id" {
      path.append(.name(key))
      throw fault("is not allowed")
    }
    return ["amount": amount, "asset_id": assetID]
  }

  private mutating func member(
    _ name: String,
    of value: JSONValue,
    _ type: OperationFieldType
  ) throws(Fault) -> JSONLiteral {
    path.append(.name(name))
    guard let member = value.member(name) else { throw fault(SchemaFault.required.text) }
    let literal = try check(member, type)
    path.removeLast()
    return literal
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
