extension Token {
  /// Whether the scope includes an operation. If the library does not know the operation or the scope, the result is
  /// `true`, and the server decides.
  ///
  /// - Parameter operation: the operation's name, such as `transfer`.
  /// - Returns: whether it may be submitted.
  public func permits(_ operation: String) -> Bool {
    guard let definition = OperationCatalogue.standard.operation(named: operation) else { return true }
    return permits(operationID: definition.id)
  }
}
