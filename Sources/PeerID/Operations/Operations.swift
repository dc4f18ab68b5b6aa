/// The operations of the chain: their names, numbers and descriptions, and a check without a session.
public enum Operations {
  /// The number of an operation on the chain.
  ///
  /// - Parameter name: the name, such as `transfer`.
  /// - Returns: the number; `nil` for a name that this library does not know.
  public static func id(of name: String) -> Int32? {
    OperationCatalogue.standard.id(of: name)
  }

  /// The name of an operation.
  ///
  /// - Parameter id: the number on the chain.
  /// - Returns: the name; `nil` for a number that this library does not know.
  public static func name(of id: Int32) -> String? {
    OperationCatalogue.standard.name(of: id)
  }

  /// The names of all operations that this library knows.
  public static var names: [String] { OperationCatalogue.standard.entries.map { $0.name } }

  /// The description of an operation: its fields with types, units and limits, its rules, and a valid example.
  ///
  /// - Parameter name: the name, such as `transfer`.
  /// - Returns: a JSON object; `nil` for a name that this library does not know. `docs/operations.md` describes its
  ///   keys.
  public static func description(of name: String) -> String? {
    OperationCatalogue.standard.description(of: name)?.text
  }

  /// Checks operations as `Session.submit(_:)` does with `validate=known`. Nothing is sent.
  ///
  /// Times are compared with the local clock, because without a session no server's clock is known.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Returns: warnings about broken rules that the chain's committee can change, and about other known problems.
  /// - Throws: `invalidArgument` with the position of the first mistake.
  @discardableResult
  public static func check(_ operations: String) throws(PeerIDError) -> [String] {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try check(json: json) }
  }

  /// The first rule of the chain that an operation breaks at a time in seconds since 1970; `nil` when it breaks none.
  /// Rules that the committee can change are included.
  package static func violation(of operation: Bytes, at now: Int64) -> String? {
    fault(in: operation) { (root) throws(PeerIDError) in
      let name = root.member(OperationField.operationName)?.string
      guard let definition = name.flatMap(OperationCatalogue.standard.operation(named:)) else { return }
      var validator = OperationValidator(validation: .strict, now: now)
      try validator.check(root, name: name, definition: definition)
    }
  }

  /// Why the server's serializer cannot write a value; `nil` when it can. The rules of the chain are
  /// not checked.
  package static func serializerProblem(of value: Bytes, as type: OperationFieldType) -> String? {
    fault(in: value) { (root) throws(PeerIDError) in
      var validator = OperationValidator(validation: .known, now: 0)
      validator.ignoresRules = true
      try validator.check(root, is: type)
    }
  }

  /// The message of the error that `check` throws; `nil` when there is none, or the text is not JSON.
  private static func fault(in json: Bytes, _ check: (JSONIndex.Value) throws(PeerIDError) -> Void) -> String? {
    guard let index = try? JSONIndex(json.raw) else { return nil }
    do throws(PeerIDError) {
      try index.withRoot(check)
      return nil
    } catch {
      return error.message
    }
  }

  package static func check(json: UnsafeRawBufferPointer) throws(PeerIDError) -> [String] {
    try OperationBatch(json: json, validation: .known).warnings
  }
}
