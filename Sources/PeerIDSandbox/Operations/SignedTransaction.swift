internal import PeerID

/// The already signed transaction of a broadcast.
enum SignedTransaction {
  /// Checks the parts that the server's schema names, and finds the operations. The fields of the operations are the
  /// chain's business.
  static func check(_ value: JSONValue) throws(OperationChecker.Fault) -> [ChainOperation] {
    guard value.kind == .object else { throw fault("value", SchemaFault("must be of type object")) }
    try check(value, "ref_block_num") { element throws(SchemaFault) in _ = try Schema.integer(element) }
    try check(value, "ref_block_prefix") { element throws(SchemaFault) in _ = try Schema.integer(element) }
    try check(value, "expiration") { element throws(SchemaFault) in _ = try Schema.string(element) }
    try check(value, "operations") { element throws(SchemaFault) in
      guard element.kind == .array else { throw SchemaFault("must be an array") }
    }
    var operations: [ChainOperation] = []
    for (index, element) in (value["operations"]?.elements ?? []).enumerated() {
      guard element.count == 2, let number = element[0]?.integer, let fields = element[1], fields.kind == .object,
        let id = Int32(exactly: number), let definition = OperationCatalogue.standard.operation(id: id)
      else { throw fault("operations[\(index)]", SchemaFault("does not match any of the allowed types")) }
      operations.append(ChainOperation(id: id, name: definition.name, fields: .value(fields)))
    }
    if let extensions = value["extensions"], extensions.kind != .array {
      throw fault("extensions", SchemaFault("must be an array"))
    }
    try check(value, "signatures") { element throws(SchemaFault) in
      guard element.kind == .array else { throw SchemaFault("must be an array") }
    }
    for (index, signature) in (value["signatures"]?.elements ?? []).enumerated() where signature.string == nil {
      throw fault("signatures[\(index)]", SchemaFault("must be a string"))
    }
    for (key, _) in value.members where !keys.contains(key) { throw fault(key, SchemaFault("is not allowed")) }
    return operations
  }

  private static let keys = [
    "ref_block_num", "ref_block_prefix", "expiration", "operations", "extensions", "signatures",
  ]

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
