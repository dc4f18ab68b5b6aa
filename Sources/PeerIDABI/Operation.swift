// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Returns the id of an operation on the chain. A token's scope consists of these ids.
/// - Parameters:
///   - name: the operation's name, such as `transfer`.
/// - Returns: the id; -1 for NULL and for a name that this library does not know.
@_cdecl("peerid_operation_id")
public func operationID(_ name: UnsafePointer<CChar>?) -> Int32 {
  guard let name, let text = String(validatingCString: name) else { return -1 }
  return OperationCatalogue.standard.id(of: text) ?? -1
}

/// Returns the name of an operation.
/// - Parameters:
///   - id: the operation's id on the chain.
/// - Returns: a static string, such as `transfer`; NULL for an id that this library does not know.
@_cdecl("peerid_operation_name")
public func operationName(_ id: Int32) -> UnsafePointer<CChar>? {
  StaticNames.name(ofOperation: id)
}

/// Returns how many operations the library knows.
/// - Returns: the number of operations.
@_cdecl("peerid_operation_count")
public func operationCount() -> UInt {
  UInt(OperationCatalogue.standard.entries.count)
}

/// Returns the id of the operation at an index, to list all of them.
/// - Parameters:
///   - index: from 0 to `peerid_operation_count` - 1.
/// - Returns: the operation's id on the chain; -1 past the end.
@_cdecl("peerid_operation_id_at")
public func operationIDAt(_ index: UInt) -> Int32 {
  let entries = OperationCatalogue.standard.entries
  return index < UInt(entries.count) ? entries[Int(index)].id : -1
}

/// Checks operations like `peerid_session_submit` with `validate=known`, without sending them.
/// - Parameters:
///   - operations: JSON: an array of operations, an object with `operations`, or one operation.
///   - length: its length in bytes.
/// - Errors:
///   - `invalidArgument`: the text is not JSON, contains a key twice, or an operation is not valid; the message names
///     the position of the mistake and says what is valid.
@_cdecl("peerid_operation_check")
public func operationCheck(_ operations: UnsafePointer<CChar>?, _ length: UInt) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    _ = try Operations.check(json: try bytes(operations, length, "operations"))
  }
}

/// Returns warnings about operations that pass the check but may fail: those that break a rule that the chain's
/// committee can change, and those that fail for other known reasons. `peerid_session_submit` logs the same warnings.
/// - Parameters:
///   - operations: JSON, as for `peerid_operation_check`.
///   - length: its length in bytes.
///   - capacity: the size of the buffer in bytes.
///   - outText: receives the warnings, one on each line, and a NUL; truncated if the buffer is too small. May be NULL.
/// - Returns: the length of all warnings in bytes, without the NUL; 0 if there are none, or if the check fails.
@_cdecl("peerid_operation_warnings")
public func operationWarnings(
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ capacity: UInt,
  _ outText: UnsafeMutablePointer<CChar>?
) -> UInt {
  var lines: [String] = []
  free(
    attempt { () throws(PeerIDError) in
      lines = try Operations.check(json: try bytes(operations, length, "operations"))
    },
    as: ErrorObject.self
  )
  return copy(lines.joined(separator: "\n"), to: outText, capacity)
}

/// Describes an operation: its fields with types, units and limits, its rules, and a valid example.
/// - Parameters:
///   - name: the operation's name, such as `transfer`.
/// - Returns: a JSON object, a static string; NULL for NULL and for a name that this library does not know.
///   `docs/operations.md` describes its keys.
@_cdecl("peerid_operation_describe")
public func operationDescribe(_ name: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
  guard let name, let text = String(validatingCString: name) else { return nil }
  return OperationCatalogue.standard.description(of: text)?.cString
}
