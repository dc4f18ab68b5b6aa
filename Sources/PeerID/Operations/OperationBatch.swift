/// Operations as the caller wrote them, checked and ready to be sent in one transaction.
struct OperationBatch: Sendable {
  /// The body of the request. The caller's text is sent as it was written, so that no number changes on the way.
  let body: Bytes
  /// The operations whose names are known, by name and number, for the check of a token's scope.
  let known: [OperationDefinition]

  /// Reads JSON: an array of operations, an object with `operations`, or one operation alone.
  ///
  /// Throws `invalidArgument` with the place of what is wrong.
  init(json: UnsafeRawBufferPointer, validation: Options.Validation) throws(PeerIDError) {
    if let index = JSONIndex(json) {
      self = try index.withRoot { (root) throws(PeerIDError) in try Self.read(root, json, validation) }
    } else {
      self = try Self.read(try Self.parse(json), json, validation)
    }
  }

  private init(body: Bytes, known: [OperationDefinition]) {
    self.body = body
    self.known = known
  }

  private static func read(
    _ root: some JSONReadable,
    _ json: UnsafeRawBufferPointer,
    _ validation: Options.Validation
  ) throws(PeerIDError) -> OperationBatch {
    var known: [OperationDefinition] = []
    let body: Bytes
    switch root.kind {
    case .array:
      try check(root, validation, &known)
      body = Bytes.joining("{\"operations\":", json, "}")
    case .object:
      if let operations = root.member(operationsKey) {
        guard operations.kind == .array else { throw PeerIDError(.invalidArgument, "\"operations\" must be an array") }
        try check(operations, validation, &known)
        body = Bytes(json)
      } else if root.member(OperationField.operationName) != nil {
        var path = OperationPath()
        path.enter(0)
        try check(root, at: &path, validation, &known)
        body = Bytes.joining("{\"operations\":[", json, "]}")
      } else {
        throw PeerIDError(.invalidArgument, "the object has neither \"operations\" nor \"op_name\"")
      }
    default:
      throw PeerIDError(
        .invalidArgument,
        "operations must be a JSON array, an object with \"operations\", or one operation object"
      )
    }
    return OperationBatch(body: body, known: known)
  }

  private static let operationsKey = JSONKey("operations")

  private static func check<Value: JSONReadable>(
    _ operations: Value,
    _ validation: Options.Validation,
    _ known: inout [OperationDefinition]
  ) throws(PeerIDError) {
    guard operations.count > 0 else {
      throw PeerIDError(.invalidArgument, "there is no operation to submit: the array is empty")
    }
    var position = 0
    var path = OperationPath()
    try operations.forEachElement { (operation) throws(PeerIDError) in
      path.enter(position)
      try check(operation, at: &path, validation, &known)
      path.leave()
      position += 1
    }
  }

  private static func check<Value: JSONReadable>(
    _ operation: Value,
    at path: inout OperationPath,
    _ validation: Options.Validation,
    _ known: inout [OperationDefinition]
  ) throws(PeerIDError) {
    let name = operation.member(OperationField.operationName)?.string
    let definition = name.flatMap(OperationCatalogue.standard.operation(named:))
    if let definition { known.append(definition) }
    if validation == .known {
      try OperationValidator.check(operation, name: name, definition: definition, at: &path)
    }
  }

  /// Checks that `token` permits every operation; the error names the first that it does not.
  func checkScope(of token: Token) throws(PeerIDError) {
    for operation in known where operation.isKnownToServer && !token.permits(operationID: operation.id) {
      throw PeerIDError(
        .notPermitted,
        "the user has not granted '\(operation.name)' (operation \(operation.id)) to this application; "
          + "ask for consent again with the authorization page"
      )
    }
  }

  private static func parse(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> JSONValue {
    do throws(JSONSyntaxError) {
      return try JSONDocument(parsing: json, rejectDuplicates: true).root
    } catch {
      if let shortage = PeerIDError(outOfMemory: error) { throw shortage }
      let place = "line \(error.line), column \(error.column)"
      throw PeerIDError(
        .invalidArgument,
        error.isDuplicateKey
          ? "the operations hold a key twice (\(place)): \(error.reason)"
          : "the operations are not JSON (\(place)): \(error.reason)"
      )
    }
  }
}
