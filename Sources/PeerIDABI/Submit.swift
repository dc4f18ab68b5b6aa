// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

internal import PeerID

/// Submits operations as one transaction, and waits until a block contains it.
///
/// Before anything is sent, the access token is refreshed if necessary, the operations are checked (option `validate`),
/// and each is looked up in the token's scope.
/// - Parameters:
///   - operations: JSON: an array of operations, an object with `operations`, or one operation. Sent as it is.
///   - length: its length in bytes.
///   - outResponse: receives the transaction; free it with `peerid_response_free`. If the application's users sign each
///     request, it contains a transaction token instead, for `peerid_session_confirm`.
/// - Errors:
///   - `invalidArgument`: an operation is not valid; the message names the place, such as
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = retained(ResponseObject(try session.submit(json: try bytes(operations, length, "operations"))))
  }
}

/// Confirms a transaction with its token, which can be used once.
///
/// An application whose users sign each request gets a transaction token in place of a transaction. To make one the
/// real server needs, besides the access token, the cookie of a user who is signed in to PeerID's own web page; without
/// it `peerid_session_submit` fails with `server side error` (HTTP 500). The library has no such cookie: confirm tokens
/// that reach you from elsewhere, or register the application without signing requests. The server takes a confirmation
/// from any application, and the token is used before its transaction is sent: a refused one needs a new token.
/// - Parameters:
///   - transactionToken: what `peerid_response_transaction_token` returned, or what the user brought.
/// - Errors:
///   - `invalidArgument`: the token is empty.
///   - `rejected`: the token is unknown or was already used; the message names the application that confirmed.
///   - `chainRejected`: the node refused the transaction; nothing was done.
/// - Source: `POST /api/v1/app/transaction-token`, measured on the backend.
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
    out.pointee = retained(ResponseObject(response))
  }
}

/// Broadcasts a transaction that was signed elsewhere.
///
/// A refusal of the node reaches the caller as `server side error` (HTTP 500) with an unknown outcome: the server loses
/// the node's words, and a duplicate, which is done already, looks the same. The same signed transaction may be sent
/// again: the chain accepts it only once.
/// - Parameters:
///   - transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and `signatures`, or an
///     object that contains it as `transaction`. Sent as it is.
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = retained(ResponseObject(try session.broadcast(json: try bytes(transaction, length, "transaction"))))
  }
}
