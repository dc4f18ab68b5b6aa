internal import PeerID

/// The number of an operation on the chain, by which a token's scope lists it.
///
/// - Parameter name: the operation's name, such as `transfer`.
/// - Returns: the number; -1 for NULL and for a name that this library does not know.
@_cdecl("peerid_operation_id")
public func operationID(_ name: UnsafePointer<CChar>?) -> Int32 {
  guard let name, let text = String(validatingCString: name) else { return -1 }
  return OperationCatalogue.standard.operation(named: text)?.id ?? -1
}

/// The name of an operation.
///
/// - Parameter id: the operation's number on the chain.
/// - Returns: a text that lives as long as the program, such as `transfer`; NULL for a number that this library does
///   not know.
@_cdecl("peerid_operation_name")
public func operationName(_ id: Int32) -> UnsafePointer<CChar>? {
  StaticNames.name(ofOperation: id)
}

/// How many operations the library knows.
///
/// - Returns: the number of operations.
@_cdecl("peerid_operation_count")
public func operationCount() -> UInt {
  UInt(OperationCatalogue.standard.operations.count)
}

/// The number of the operation at a place of the catalogue, to list them all.
///
/// - Parameter index: from 0 to `peerid_operation_count()` - 1.
/// - Returns: the operation's number on the chain; -1 past the end.
@_cdecl("peerid_operation_at")
public func operationAt(_ index: UInt) -> Int32 {
  let operations = OperationCatalogue.standard.operations
  return index < UInt(operations.count) ? operations[Int(index)].id : -1
}

/// Checks operations as `peerid_session_submit` does with `validate=known`, without sending anything.
///
/// - Parameters:
///   - operations: JSON: an array of operations, an object with `operations`, or one operation; borrowed for the call.
///   - length: its length in bytes.
/// - Returns: NULL when they are fine, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: `operations` is NULL, not JSON, holds a key twice, or an operation has a fault; the message
///     names the place, such as `operations[0].amount.amount`, and the remedy.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_operations_check")
public func operationsCheck(_ operations: UnsafePointer<CChar>?, _ length: UInt) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try Operations.check(json: try bytes(operations, length, "operations"))
  }
}
