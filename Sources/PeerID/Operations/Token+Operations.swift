extension Token {
  /// Whether the scope includes an operation. `true` for a name that this library does not know, and for a token whose
  /// scope is unknown: the server decides then.
  ///
  /// - Parameter operation: the operation's name, such as `transfer`.
  /// - Returns: whether it may be submitted.
  public func permits(_ operation: String) -> Bool {
    guard let definition = OperationCatalogue.standard.operation(named: operation) else { return true }
    return permits(operationID: definition.id)
  }
}
