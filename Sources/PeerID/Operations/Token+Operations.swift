extension Token {
  /// Whether the scope holds the operation of this name. A name that this library does not know, and a token whose
  /// scope the server did not tell, are left to the server: `true`.
  ///
  /// - Parameter operation: the operation's name, such as `transfer`.
  /// - Returns: whether it may be submitted.
  public func permits(_ operation: String) -> Bool {
    guard let definition = OperationCatalogue.standard.operation(named: operation) else { return true }
    return permits(operationID: definition.id)
  }
}
