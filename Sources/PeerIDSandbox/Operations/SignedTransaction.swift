internal import PeerID

/// A signed transaction for a broadcast.
enum SignedTransaction {
  private static let keys = [
    "ref_block_num", "ref_block_prefix", "expiration", "operations", "extensions", "signatures",
  ]

  /// Checks the parts that the server's schema names, and returns the operations. `nil` is an operation that the schema
  /// accepts but the chain does not know. The chain checks the fields of the operations.
  static func check(_ value: JSONValue?) throws(OperationChecker.Fault) -> [ChainOperation?] {
    guard let value else { throw fault("value", .required) }
    guard value.kind == .object else { throw fault("value", SchemaFault("must be of type object")) }
    try check(value, "ref_block_num") { element throws(SchemaFault) in
      _ = try Schema.number(element, minimum: nil, maximum: nil)
    }
    try check(value, "ref_block_prefix") { element throws(SchemaFault) in
      _ = try Schema.number(element, minimum: nil, maximum: nil)
    }
    try check(value, "expiration") { element throws(SchemaFault) in _ = try Schema.string(element) }
    try check(value, "operations") { element throws(SchemaFault) in try requireArray(element) }
    var operations: [ChainOperation?] = []
    for (index, element) in (value["operations"]?.elements ?? []).enumerated() {
      operations.append(try operation(element, label: "operations[\(index)]"))
    }
    if operations.isEmpty { throw fault("operations", SchemaFault("must contain at least 1 items")) }
    if let extensions = value["extensions"], extensions.kind != .array {
      throw fault("extensions", SchemaFault("must be an array"))
    }
    try check(value, "signatures") { element throws(SchemaFault) in try requireArray(element) }
    for (key, _) in value.members where !keys.contains(key) { throw fault(key, SchemaFault("is not allowed")) }
    return operations
  }

  /// Reads an operation: an array of a number and an object. The schema does not define the order of the elements, so
  /// any mix of the two is valid.
  private static func operation(_ value: JSONValue, label: String) throws(OperationChecker.Fault) -> ChainOperation? {
    guard value.kind == .array else { throw fault(label, SchemaFault("must be an array")) }
    var numbers: [Int64?] = []
    for (index, element) in value.elements.enumerated() {
      let number = try? Schema.integer(element)
      guard number != nil || element.kind == .object else {
        throw fault("\(label)[\(index)]", SchemaFault("does not match any of the allowed types"))
      }
      numbers.append(number)
    }
    guard numbers.count == 2 else { throw fault(label, SchemaFault("must contain 2 items")) }
    guard let number = numbers[0], let fields = value[1], fields.kind == .object, let id = Int32(exactly: number),
      let definition = OperationCatalogue.standard.operation(id: id)
    else { return nil }
    return ChainOperation(id: id, name: definition.name, fields: .value(fields))
  }

  private static func requireArray(_ value: JSONValue) throws(SchemaFault) {
    guard value.kind == .array else { throw SchemaFault("must be an array") }
  }

  private static func check(
    _ value: JSONValue,
    _ key: String,
    _ body: (JSONValue) throws(SchemaFault) -> Void
  ) throws(OperationChecker.Fault) {
    guard let member = value.member(key) else { throw fault(key, .required) }
    do throws(SchemaFault) {
      try body(member)
    } catch {
      throw fault(key, error)
    }
  }

  private static func fault(_ label: String, _ fault: SchemaFault) -> OperationChecker.Fault {
    OperationChecker.Fault(message: fault.message(label: label))
  }
}
