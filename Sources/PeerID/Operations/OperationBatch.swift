/// The caller's operations, checked and ready to be sent in one transaction.
struct OperationBatch: Sendable {
  /// The body of the request, with the caller's text unchanged, so that every number keeps its exact form.
  let body: Bytes
  /// The operations that the catalogue knows, for the check of a token's scope.
  let known: [OperationDefinition]
  /// Warnings: broken rules that the committee can change, and known problems of an operation (`caution`).
  let warnings: [String]

  /// Parses JSON: an array of operations, an object with `operations`, or a single operation. Warnings go to `log`.
  ///
  /// Throws `invalidArgument` with the position of the mistake.
  init(
    json: UnsafeRawBufferPointer,
    validation: Options.Validation,
    clock: ServerClock? = nil,
    log: Log = .silent
  ) throws(PeerIDError) {
    let now = (clock?.nowMilliseconds ?? Clock.wallMilliseconds()) / 1000
    var reader = Reader(validator: OperationValidator(validation: validation, now: now), validation: validation)
    let index = try JSONIndex(argument: json, "the operations are")
    body = try index.withRoot { (root) throws(PeerIDError) in try reader.read(root, json) }
    known = reader.known
    warnings = reader.validator.warnings
    for warning in warnings { log(.warning, warning) }
  }

  private struct Reader {
    var validator: OperationValidator
    let validation: Options.Validation
    var known: [OperationDefinition] = []

    /// Checks the operations and returns the body of the request.
    mutating func read(_ root: JSONIndex.Value, _ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Bytes {
      switch root.kind {
      case .array:
        try check(root)
        return Bytes.joining("{\"operations\":", json, "}")
      case .object:
        if let operations = root.member("operations") {
          guard operations.kind == .array else {
            throw PeerIDError(.invalidArgument, "\"operations\" must be an array")
          }
          try check(operations)
          return Bytes(json)
        }
        guard root.member(OperationField.operationName) != nil else {
          throw PeerIDError(.invalidArgument, "the object has neither \"operations\" nor \"op_name\"")
        }
        try check(root, at: 0)
        return Bytes.joining("{\"operations\":[", json, "]}")
      default:
        throw PeerIDError(
          .invalidArgument,
          "operations must be a JSON array, an object with \"operations\", or one operation object"
        )
      }
    }

    private mutating func check(_ operations: JSONIndex.Value) throws(PeerIDError) {
      guard operations.count > 0 else {
        throw PeerIDError(.invalidArgument, "there is no operation to submit: the array is empty")
      }
      for (position, operation) in operations.elements.enumerated() { try check(operation, at: position) }
    }

    private mutating func check(_ operation: JSONIndex.Value, at position: Int) throws(PeerIDError) {
      let name = operation.member(OperationField.operationName)?.string
      let definition = name.flatMap(OperationCatalogue.standard.operation(named:))
      if let definition { known.append(definition) }
      guard validation != .off else { return }
      validator.path.enter(position)
      try validator.check(operation, name: name, definition: definition)
      validator.path.leave()
    }
  }

  /// Checks that `token` permits every operation; the error names the first operation that it does not permit.
  func checkScope(of token: Token) throws(PeerIDError) {
    for operation in known where operation.isKnownToServer && !token.permits(operationID: operation.id) {
      throw PeerIDError(
        .notPermitted,
        "the user has not granted '\(operation.name)' (operation \(operation.id)) to this application; "
          + "ask for consent again with the authorization page"
      )
    }
  }
}
