// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

internal import PeerID

/// Records the newest entry of the payer's history, so that the outcome of operations can be settled if their
/// answer is lost.
///
/// Call it right before `peerid_session_submit` or `peerid_session_broadcast`, keep the mark, for instance in the
/// database that holds the payment, and send the operations within two minutes. With the option `settleable` each of
/// those calls reads the mark by itself, and its error has it: `peerid_error_mark`.
/// - Parameters:
///   - operations: JSON: what is about to be sent, as for `peerid_session_submit`, or a signed transaction as for
///     `peerid_session_broadcast`.
///   - length: its length in bytes.
///   - outResponse: receives the mark, which `peerid_response_json` returns; free it with `peerid_response_free`. It
///     holds no secret.
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = retained(ResponseObject(try session.mark(json: try bytes(operations, length, "operations"))))
  }
}

/// Finds out whether marked operations were done, after an error with PEERID_OUTCOME_UNKNOWN. It reads the chain and
/// sends nothing.
///
/// The result is an object. Its `state` is one of:
/// - `done`: a block holds the transaction. `transaction_id` (null if the node does not tell it), `block_num` and
///   `trx_num` name it; `irreversible` is true once its block can no longer be undone; undone blocks are rare.
/// - `not_done`: no block holds it and none can take it any more. It may be sent again.
/// - `not_yet`: it may still be done. Ask again after `retry_after_ms` milliseconds; the answer is final three to four
///   minutes after the call ended at the latest, a signed transaction's soon after its expiration.
/// - `undecided`: it cannot be done any more, but `transactions` lists some that may be it and cannot be compared for
///   certain. Look at them.
///
/// Equal transactions cannot be distinguished: if `transactions` lists more than one for `done`, other programs have sent
/// the same. A `custom` operation with random `data` in the same call marks a transaction as yours.
/// - Parameters:
///   - mark: what `peerid_session_mark` or `peerid_error_mark` returned.
///   - length: its length in bytes.
///   - outResponse: receives the result; free it with `peerid_response_free`.
/// - Errors:
///   - `invalidArgument`: the text is not a mark.
///   - `server`: the node refuses a read, for example because it runs without the history plugin.
/// - Source: `get_account_history`, `get_transaction` and the block headers of a Peerplays node; a transaction expires
///   15 s after it was signed, by the backend's source, or 45 s when the node is behind. The server's wait for its node
///   is taken as 120 s at most.
@_cdecl("peerid_session_settle")
public func sessionSettle(
  _ session: SessionHandle?,
  _ mark: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let out = try output(outResponse, "out_response")
    out.pointee = retained(ResponseObject(try session.settle(mark: try bytes(mark, length, "mark"))))
  }
}
