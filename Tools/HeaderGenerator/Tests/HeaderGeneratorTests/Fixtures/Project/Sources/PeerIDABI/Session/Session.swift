/// Makes a session.
///
/// The patterns `/api/*` and `*/` in this text must not disturb the comment.
///
/// - Parameters:
///   - name: the name of the session, NUL-terminated UTF-8; copied, so that the caller may free or change it as soon
///     as the call has returned
///   - outSession: receives the session
/// - Returns: NULL, or an error
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the name is empty, or it is longer than the store of sessions in use
///     allows
///   - `dns`, `protocol`: the server was of no use
/// - Ownership: the caller calls `peerid_session_free`.
/// - Lifetime: until the last of its calls has returned.
/// - Thread safety: any thread.
/// - Note: a session is cheap.
/// - Warning: a name is no secret.
/// - Source: RFC 6749, section 4.1
/// - SeeAlso: `peerid_session_submit`
/// - SeeAlso: `peerid_session_free`
@_cdecl("peerid_session_create")
public func sessionCreate(
  _ name: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  outSession?.pointee = OpaquePointer(bitPattern: 16)
  return nil
}

/// Submits operations.
///
/// - Parameters:
///   - session: the session
///   - operations: a JSON array such as `[{"operation": "transfer", "amount": 1, "currency": "EUR", "to": "somebody"}]`
///   - length: its length in bytes
///   - flags: bits
///   - deadline: a moment in milliseconds
///   - limit: how many
///   - isUrgent: whether it is urgent
///   - weight: a factor
///   - data: bytes
///   - numbers: numbers that end in 0
///   - buffer: a place to write to
///   - queue: where the answer goes
///   - handler: receives log lines; may be NULL
///   - context: handed to the handler
///   - outResult: receives the result
///   - outCount: receives a number
///   - outMask: receives bits
/// - Returns: NULL, or an error
/// - Errors: those of `peerid_session_create`.
/// - Thread safety: any thread.
@_cdecl("peerid_session_submit")
public func sessionSubmit(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ flags: UInt32,
  _ deadline: Int64,
  _ limit: UInt64,
  _ isUrgent: Bool,
  _ weight: Double,
  _ data: UnsafeRawPointer?,
  _ numbers: UnsafePointer<Int32>?,
  _ buffer: UnsafeMutablePointer<CChar>?,
  _ queue: CompletionQueueHandle?,
  _ handler: LogHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ outResult: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outCount: UnsafeMutablePointer<Int64>?,
  _ outMask: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  handler?(context, 3, operations)
  outCount?.pointee = Int64(length)
  return OpaquePointer(bitPattern: 32)
}

/// Uses a store of one's own.
///
/// - Parameters:
///   - session: the session
///   - load: loads
///   - context: handed to the handler
/// - Thread safety: before the session is used.
@_cdecl("peerid_session_use_store")
public func sessionUseStore(_ session: SessionHandle?, _ load: StoreLoadHandler?, _ context: UnsafeMutableRawPointer?) {
  var text: UnsafePointer<CChar>?
  var length: UInt = 0
  _ = load?(context, nil, nil, &text, &length)
}

/// Frees a session.
///
/// - Parameter session: a session, or NULL
@_cdecl("peerid_session_free")
public func sessionFree(_ session: SessionHandle?) {
}

/// Not exported, so the header must not show it.
public func sessionHelper() {}
