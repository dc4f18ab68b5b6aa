/// The operations of the chain, and a check of them without a session.
public enum Operations {
  /// The number of an operation on the chain.
  ///
  /// - Parameter name: the name, such as `transfer`.
  /// - Returns: the number; `nil` for a name that this library does not know.
  public static func id(of name: String) -> Int32? {
    OperationCatalogue.standard.operation(named: name)?.id
  }

  /// The name of an operation.
  ///
  /// - Parameter id: the number on the chain.
  /// - Returns: the name; `nil` for a number that this library does not know.
  public static func name(of id: Int32) -> String? {
    OperationCatalogue.standard.operation(id: id)?.name
  }

  /// The names of all operations that this library knows.
  public static var names: [String] { OperationCatalogue.standard.operations.map(\.name) }

  /// Checks operations as `Session.submit(_:)` does with `validate=known`. Nothing is sent.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Throws: `invalidArgument` with the place of the first fault.
  public static func check(_ operations: String) throws(PeerIDError) {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try check(json: json) }
  }

  package static func check(json: UnsafeRawBufferPointer) throws(PeerIDError) {
    _ = try OperationBatch(json: json, validation: .known)
  }
}
