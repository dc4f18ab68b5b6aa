internal import PeerID

/// Submits operations, which become one transaction, and waits until the chain has taken it into a block.
///
/// Before anything is sent the token is refreshed if it has to be, the operations are checked (option `validate`), and
/// each is looked up in the token's scope. After HTTP 401 the token is refreshed and the operations are sent once more;
/// nothing else makes the library send them again.
///
/// - Parameters:
///   - session: the session.
///   - operations: JSON: an array of operations, an object with `operations`, or one operation; sent as it is written.
///     Borrowed for the call.
///   - length: its length in bytes.
///   - outResponse: receives the transaction, to be freed with `peerid_response_free`. When the application's users sign
///     each request, it holds a transaction token instead.
/// - Returns: NULL on success, otherwise an error that the caller frees. Look at its outcome before sending again.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or an operation has a fault; the message names the place, such as
///     `operations[0].amount.amount`, and the remedy.
///   - `notPermitted`: the user has not granted an operation, or the server says that the application may not do it.
///   - `loginRequired`: the session is over.
///   - `configuration`: the token has to be refreshed and there is no client secret.
///   - `refused`: the server refuses the operations.
///   - `store`: the store of the session failed.
///   - `notSent`: the server or the proxy could not be reached.
///   - `tls`: no trusted TLS connection came about.
///   - `timeout`: `request_timeout_ms` is over; the outcome tells whether the request may have left.
///   - `cancelled`: the interrupt handler or a cancellation asked for it.
///   - `closed`: the client was closed.
///   - `outcomeUnknown`: the request left and no answer came.
///   - `protocol`: the answer is not one of PeerID.
///   - `rateLimited`: the server asks to come back later; see `peerid_error_retry_after_ms`.
///   - `server`: the server failed (HTTP 5xx).
///   - `tooLarge`: the request or the answer is too large.
///   - `outOfMemory`: memory ran out.
/// - Thread safety: may be called from any thread.
/// - Source: `POST /api/v1/app/operations`; measured on the backend.
@_cdecl("peerid_session_submit")
public func sessionSubmit(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = give(ResponseObject(try session.submit(json: try bytes(operations, length, "operations"))))
  }
}

/// Confirms a transaction token. It can be used once.
///
/// - Parameters:
///   - session: the session.
///   - transactionToken: the token that `peerid_response_transaction_token` gave; copied.
///   - outResponse: receives the transaction, to be freed with `peerid_response_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees. Look at its outcome before sending again.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the token is empty.
///   - `notPermitted`: the server says that the application may not do it.
///   - `loginRequired`: the session is over.
///   - `configuration`: the session's token has to be refreshed and there is no client secret.
///   - `refused`: the token was used before or is unknown.
///   - `store`: the store of the session failed.
///   - `notSent`: the server or the proxy could not be reached.
///   - `tls`: no trusted TLS connection came about.
///   - `timeout`: `request_timeout_ms` is over; the outcome tells whether the request may have left.
///   - `cancelled`: the interrupt handler or a cancellation asked for it.
///   - `closed`: the client was closed.
///   - `outcomeUnknown`: the request left and no answer came.
///   - `protocol`: the answer is not one of PeerID.
///   - `rateLimited`: the server asks to come back later; see `peerid_error_retry_after_ms`.
///   - `server`: the server failed (HTTP 5xx).
///   - `tooLarge`: the request or the answer is too large.
///   - `outOfMemory`: memory ran out.
/// - Thread safety: may be called from any thread.
/// - Source: `POST /api/v1/app/transaction-token`; measured on the backend.
@_cdecl("peerid_session_confirm")
public func sessionConfirm(
  _ session: SessionHandle?,
  _ transactionToken: UnsafePointer<CChar>?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    let response = try session.confirm(transactionToken: try text(transactionToken, "transaction_token"))
    out.pointee = give(ResponseObject(response))
  }
}

/// Broadcasts a transaction that was signed elsewhere.
///
/// - Parameters:
///   - session: the session.
///   - transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and `signatures`, or an
///     object that holds it under `transaction`; sent as it is written. Borrowed for the call.
///   - length: its length in bytes.
///   - outResponse: receives the transaction, to be freed with `peerid_response_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees. Look at its outcome before sending again.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, the text is not JSON, or a part of the transaction is missing.
///   - `notPermitted`: the server says that the application may not do it.
///   - `loginRequired`: the session is over.
///   - `configuration`: the token has to be refreshed and there is no client secret.
///   - `refused`: the server refuses the transaction.
///   - `store`: the store of the session failed.
///   - `notSent`: the server or the proxy could not be reached.
///   - `tls`: no trusted TLS connection came about.
///   - `timeout`: `request_timeout_ms` is over; the outcome tells whether the request may have left.
///   - `cancelled`: the interrupt handler or a cancellation asked for it.
///   - `closed`: the client was closed.
///   - `outcomeUnknown`: the request left and no answer came.
///   - `protocol`: the answer is not one of PeerID.
///   - `rateLimited`: the server asks to come back later; see `peerid_error_retry_after_ms`.
///   - `server`: the server failed (HTTP 5xx).
///   - `tooLarge`: the request or the answer is too large.
///   - `outOfMemory`: memory ran out.
/// - Thread safety: may be called from any thread.
/// - Source: `POST /api/v1/app/broadcast`; measured on the backend.
@_cdecl("peerid_session_broadcast")
public func sessionBroadcast(
  _ session: SessionHandle?,
  _ transaction: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = give(ResponseObject(try session.broadcast(json: try bytes(transaction, length, "transaction"))))
  }
}

/// Renews the pair of tokens now, whatever their age. There is rarely a need: calls do it when it is due.
///
/// One refresh runs at a time; a thread that asks while one is running waits for that one. The refresh goes on when the
/// wait ends early.
///
/// - Parameter session: the session.
/// - Returns: NULL on success, otherwise an error that the caller frees. The old pair stays in use where it can.
/// - Errors:
///   - `invalidArgument`: session is NULL.
///   - `loginRequired`: the refresh token is spent, or there is none.
///   - `configuration`: there is no client secret.
///   - `refused`: the server refuses the application's credentials.
///   - `notPermitted`: the server does not permit it.
///   - `store`: the store of the session failed.
///   - `notSent`: the server or the proxy could not be reached.
///   - `tls`: no trusted TLS connection came about.
///   - `timeout`: `request_timeout_ms` is over; the outcome tells whether the request may have left.
///   - `cancelled`: the interrupt handler or a cancellation asked for it.
///   - `closed`: the client was closed.
///   - `outcomeUnknown`: the request left and no answer came.
///   - `protocol`: the answer is not one of PeerID.
///   - `rateLimited`: the server asks to come back later; see `peerid_error_retry_after_ms`.
///   - `server`: the server failed (HTTP 5xx).
///   - `tooLarge`: the request or the answer is too large.
///   - `outOfMemory`: memory ran out.
/// - Thread safety: may be called from any thread.
/// - Source: `POST /api/v1/auth/refreshtoken`; measured on the backend.
@_cdecl("peerid_session_refresh")
public func sessionRefresh(_ session: SessionHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(session, as: Session.self, "session").refresh()
  }
}

/// Gives a token for a request that the library does not make: one that has not expired, refreshed if it has to be.
///
/// Send the request with it. If the server answers HTTP 401, ask again with the generation of the token that was refused,
/// and send the request once more if it can be sent twice: after HTTP 401 nothing was done. Give up after a few rounds.
/// Until the server's clock is known from an answer, expiry is judged by the local one.
///
/// - Parameters:
///   - session: the session.
///   - refusedGeneration: the generation of the token that the server has refused with HTTP 401; 0 when it has refused
///     none. The session then gives another one, or the same after a pause when it is so new that the server may not
///     know it yet.
///   - outToken: receives the token, to be freed with `peerid_token_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees. Its outcome is PEERID_OUTCOME_REFUSED or
///   PEERID_OUTCOME_NOT_SENT: a request that carried the refused token was not done.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `loginRequired`: the session is over.
///   - `configuration`: the token has to be refreshed and there is no client secret.
///   - `refused`: the server refuses the new token as well, or the application's credentials.
///   - `store`: the store of the session failed.
///   - `notSent`: the server or the proxy could not be reached.
///   - `tls`: no trusted TLS connection came about.
///   - `timeout`: `request_timeout_ms` is over.
///   - `cancelled`: the interrupt handler or a cancellation asked for it.
///   - `closed`: the client was closed.
///   - `protocol`: the answer to the refresh is not one of PeerID.
///   - `rateLimited`: the server asks to come back later; see `peerid_error_retry_after_ms`.
///   - `server`: the server failed (HTTP 5xx).
///   - `outOfMemory`: memory ran out.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_session_fresh_token")
public func sessionFreshToken(
  _ session: SessionHandle?,
  _ refusedGeneration: UInt64,
  _ outToken: UnsafeMutablePointer<TokenHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outToken, "out_token")
    out.pointee = give(TokenObject(try session.freshToken(refused: refusedGeneration)))
  }
}

/// The tokens of a session as they are now.
///
/// - Parameters:
///   - session: the session.
///   - outToken: receives the tokens, to be freed with `peerid_token_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_session_token")
public func sessionToken(
  _ session: SessionHandle?,
  _ outToken: UnsafeMutablePointer<TokenHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outToken, "out_token")
    out.pointee = give(TokenObject(session.token))
  }
}

/// Ends a session: removes it from its store, and lets no call use it any more. The tokens stay valid at the server,
/// which has no way to revoke them.
///
/// - Parameter session: the session; still to be freed.
/// - Returns: NULL on success, otherwise an error that the caller frees. The session has ended in any case.
/// - Errors:
///   - `invalidArgument`: session is NULL.
///   - `store`: the store failed.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_session_logout")
public func sessionLogout(_ session: SessionHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(session, as: Session.self, "session").logOut()
  }
}

/// Frees a session. The tokens stay valid at the server.
///
/// - Parameter session: the session; may be NULL.
@_cdecl("peerid_session_free")
public func sessionFree(_ session: SessionHandle?) {
  free(session, as: Session.self)
}
