// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Records the newest entry of the payer's history, so that the outcome of operations can be settled if their
/// answer is lost.
///
/// Call it right before `peerid_session_submit` or `peerid_session_broadcast`. Keep the mark, for instance in the
/// database that holds the payment, and send the operations within two minutes. With the option `settleable`, the two
/// functions make the mark themselves, and `peerid_error_mark` returns it.
/// - Parameters:
///   - operations: the JSON that is about to be sent: operations as for `peerid_session_submit`, or a signed
///     transaction as for `peerid_session_broadcast`.
///   - length: its length in bytes.
///   - outResponse: receives the mark, to be read with `peerid_response_json`; free it with `peerid_response_free`. The
///     mark contains no secret.
/// - Errors:
///   - `invalidArgument`: an operation is not valid, or is not in the catalogue.
///   - `server`: the node refuses the read.
/// - Source: `get_account_history` of a Peerplays node.
@_cdecl("peerid_session_mark")
public func sessionMark(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.markCall(try bytes(operations, length, "operations"))
  }
}

/// Finds out whether marked operations were done, after an error with PEERID_OUTCOME_UNKNOWN. This function only reads
/// the chain.
///
/// The result is an object. Its `state` is one of:
/// - `done`: a block contains the transaction. `transaction_id` (null if the node does not return it), `block_num` and
///   `trx_num` identify the transaction. `irreversible` is true once its block can no longer be undone; undone blocks
///   are rare.
/// - `not_done`: no block contains the transaction, and no later block can. You may send the operations again.
/// - `not_yet`: a later block may contain the transaction. Ask again after `retry_after_ms` milliseconds. The answer is
///   final at most three to four minutes after the call ended; for a signed transaction, soon after its expiration.
/// - `undecided`: no later block can contain the transaction. `transactions` lists possible matches that the library
///   can neither confirm nor exclude. Examine them.
///
/// Equal transactions cannot be distinguished: if `transactions` has more than one entry for `done`, other programs
/// have sent the same operations. To make a transaction unique, add a `custom` operation with random `data` to the
/// call.
/// - Parameters:
///   - mark: the mark, from `peerid_session_mark` or `peerid_error_mark`.
///   - length: its length in bytes.
///   - outResponse: receives the result; free it with `peerid_response_free`.
/// - Errors:
///   - `invalidArgument`: the text is not a mark.
///   - `server`: the node refuses a read, for example because it runs without the history plugin.
/// - Source: `get_account_history`, `get_transaction` and the block headers of a Peerplays node; according to the
///   backend's source, a transaction expires 15 s after it was signed, or 45 s if the node is behind. The server is
///   assumed to wait at most 120 s for its node.
@_cdecl("peerid_session_settle")
public func sessionSettle(
  _ session: SessionHandle?,
  _ mark: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.settleCall(try bytes(mark, length, "mark"))
  }
}
