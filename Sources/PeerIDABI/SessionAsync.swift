internal import PeerID

// Asynchronous calls for a session: each begins at once and puts exactly one completion into a queue.

/// Submits operations without waiting. See `peerid_session_submit` for what is sent and when.
///
/// - Parameters:
///   - session: the session.
///   - operations: JSON: an array of operations, an object with `operations`, or one operation; copied.
///   - length: its length in bytes.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or an operation has a fault.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_submit`
@_cdecl("peerid_session_submit_async")
public func sessionSubmitAsync(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(operations, length, "operations")
    let id = try session.submit(json: json, to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Confirms a transaction token without waiting. See `peerid_session_confirm`.
///
/// - Parameters:
///   - session: the session.
///   - transactionToken: the token; copied.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the token is empty.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_confirm`
@_cdecl("peerid_session_confirm_async")
public func sessionConfirmAsync(
  _ session: SessionHandle?,
  _ transactionToken: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let token = try text(transactionToken, "transaction_token")
    let id = try session.confirm(transactionToken: token, to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Broadcasts a signed transaction without waiting. See `peerid_session_broadcast`.
///
/// - Parameters:
///   - session: the session.
///   - transaction: the transaction as JSON; copied.
///   - length: its length in bytes.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, the text is not JSON, or a part of the transaction is missing.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_broadcast`
@_cdecl("peerid_session_broadcast_async")
public func sessionBroadcastAsync(
  _ session: SessionHandle?,
  _ transaction: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(transaction, length, "transaction")
    let id = try session.broadcast(json: json, to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Renews the pair of tokens without waiting. See `peerid_session_refresh`.
///
/// - Parameters:
///   - session: the session.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_refresh`
@_cdecl("peerid_session_refresh_async")
public func sessionRefreshAsync(
  _ session: SessionHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.refresh(to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Gives a token for a request that the library does not make, without waiting; the completion brings the token, see
/// `peerid_completion_token`. See `peerid_session_fresh_token`.
///
/// - Parameters:
///   - session: the session.
///   - refusedGeneration: the generation of the token that the server has refused with HTTP 401; 0 when it has refused
///     none.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_fresh_token`
@_cdecl("peerid_session_fresh_token_async")
public func sessionFreshTokenAsync(
  _ session: SessionHandle?,
  _ refusedGeneration: UInt64,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.freshToken(refused: refusedGeneration, to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Ends a session without waiting for its store. See `peerid_session_logout`. No call can use the session once this
/// returns.
///
/// - Parameters:
///   - session: the session; still to be freed.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_session_logout`
@_cdecl("peerid_session_logout_async")
public func sessionLogoutAsync(
  _ session: SessionHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.logOut(to: queue, tag: tag)
    outID?.pointee = id
  }
}
