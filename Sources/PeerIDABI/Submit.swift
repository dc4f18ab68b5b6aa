// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Submits operations as one transaction, and waits until a block contains it.
///
/// Before anything is sent, the access token is refreshed if necessary, and the operations are checked (option
/// `validate`) and compared with the token's scope.
/// - Parameters:
///   - operations: JSON: an array of operations, an object with `operations`, or one operation. Sent unchanged.
///   - length: its length in bytes.
///   - outResponse: receives the transaction; free it with `peerid_response_free`. If the application's users have to
///     sign each request, it contains a transaction token instead, for `peerid_session_confirm`.
/// - Errors:
///   - `invalidArgument`: an operation is not valid; the message names the position of the mistake, such as
///     `operations[0].amount.amount`, and says what is valid.
///   - `notPermitted`: the user has not granted an operation, or the server does not permit it to the application.
///   - `rejected`: the server rejected the operations.
///   - `chainRejected`: the node refused the transaction, or the server could not build it; nothing was done.
/// - Source: `POST /api/v1/app/operations`, measured on the backend.
@_cdecl("peerid_session_submit")
public func sessionSubmit(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.submitCall(try bytes(operations, length, "operations"))
  }
}

/// Checks operations as `peerid_session_submit` does, but sends nothing and does not read the chain. The checks use the
/// rules that the option `validate` selects and the scope of the session's tokens. Times are compared with the server's
/// clock, if it is known.
///
/// The result is a JSON array of strings, the warnings that `peerid_session_submit` logs: about broken rules that the
/// chain's committee can change, and about other known problems. If the session's account is known
/// (`peerid_session_account`, `peerid_session_set_account`), there is also a warning for each operation that another
/// account pays for, because the server does not compare the accounts.
/// - Parameters:
///   - operations: JSON, as for `peerid_session_submit`.
///   - length: its length in bytes.
///   - outResponse: receives the result; free it with `peerid_response_free`.
/// - Errors:
///   - `invalidArgument`: an operation is not valid; the message names the position of the mistake, and says what is
///     valid.
///   - `notPermitted`: the user has not granted an operation.
///   - `loginRequired`: the session was logged out.
@_cdecl("peerid_session_check")
public func sessionCheck(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  returning(outResponse, "out_response") { () throws(PeerIDError) in
    let session: Session = try borrow(session)
    return Response(listing: try session.check(json: try bytes(operations, length, "operations")))
  }
}

/// Confirms a transaction with its token, which can be used once.
///
/// If the users of an application have to sign each request, PeerID answers a submit with a transaction token instead
/// of a transaction. PeerID issues such a token only if the request has both the access token and the cookie of a user
/// who is signed in to PeerID's own web page. The library does not have that cookie, so `peerid_session_submit` fails
/// with `server side error` (HTTP 500). Register the application without signed requests, or confirm a token that a
/// program with this cookie has received. The server accepts a confirmation from any application. The server
/// invalidates the token before it sends the transaction, so after a refusal you need a new token.
/// - Parameters:
///   - transactionToken: the token, from `peerid_response_transaction_token` or from the user.
/// - Errors:
///   - `invalidArgument`: the token is empty.
///   - `rejected`: the token is unknown or was already used.
///   - `chainRejected`: the node refused the transaction; nothing was done.
/// - Source: `POST /api/v1/app/transaction-token`, measured on the backend.
@_cdecl("peerid_session_confirm")
public func sessionConfirm(
  _ session: SessionHandle?,
  _ transactionToken: UnsafePointer<CChar>?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.confirmCall(try text(transactionToken, "transaction_token"))
  }
}

/// Broadcasts a transaction that was signed elsewhere.
///
/// If the node refuses the transaction, the error is `server side error` (HTTP 500) with an unknown outcome: the server
/// does not report the node's reason, and the transaction may be a duplicate of one that was done before. The same
/// signed transaction may be sent again: the chain accepts it only once.
/// - Parameters:
///   - transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and `signatures`, or an
///     object whose member `transaction` has them. Sent unchanged.
///   - length: its length in bytes.
/// - Errors:
///   - `invalidArgument`: the text is not JSON, or a part of the transaction is missing.
///   - `rejected`: the server rejected the transaction.
/// - Source: `POST /api/v1/app/broadcast`, measured on the backend.
@_cdecl("peerid_session_broadcast")
public func sessionBroadcast(
  _ session: SessionHandle?,
  _ transaction: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.broadcastCall(try bytes(transaction, length, "transaction"))
  }
}
