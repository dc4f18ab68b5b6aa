// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

// Asynchronous calls of a session. Each adds one completion to a queue.

/// Asynchronous `peerid_session_submit`. The completion has the response.
@_cdecl("peerid_session_submit_async")
public func sessionSubmitAsync(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.submitCall(try bytes(operations, length, "operations"))
  }
}

/// Asynchronous `peerid_session_confirm`. The completion has the response.
@_cdecl("peerid_session_confirm_async")
public func sessionConfirmAsync(
  _ session: SessionHandle?,
  _ transactionToken: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.confirmCall(try text(transactionToken, "transaction_token"))
  }
}

/// Asynchronous `peerid_session_broadcast`. The completion has the response.
@_cdecl("peerid_session_broadcast_async")
public func sessionBroadcastAsync(
  _ session: SessionHandle?,
  _ transaction: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.broadcastCall(try bytes(transaction, length, "transaction"))
  }
}

/// Asynchronous `peerid_session_account`. The completion has the response.
@_cdecl("peerid_session_account_async")
public func sessionAccountAsync(
  _ session: SessionHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.accountCall()
  }
}

/// Asynchronous `peerid_session_set_account`. The completion has the response.
@_cdecl("peerid_session_set_account_async")
public func sessionSetAccountAsync(
  _ session: SessionHandle?,
  _ name: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.setAccountCall(try text(name, "name"))
  }
}

/// Asynchronous `peerid_session_mark`. The completion has the response.
@_cdecl("peerid_session_mark_async")
public func sessionMarkAsync(
  _ session: SessionHandle?,
  _ operations: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.markCall(try bytes(operations, length, "operations"))
  }
}

/// Asynchronous `peerid_session_settle`. The completion has the response.
@_cdecl("peerid_session_settle_async")
public func sessionSettleAsync(
  _ session: SessionHandle?,
  _ mark: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.settleCall(try bytes(mark, length, "mark"))
  }
}

/// Asynchronous `peerid_session_refresh`.
@_cdecl("peerid_session_refresh_async")
public func sessionRefreshAsync(
  _ session: SessionHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.refreshCall()
  }
}

/// Asynchronous `peerid_session_acquire_token`. The completion has the token.
@_cdecl("peerid_session_acquire_token_async")
public func sessionAcquireTokenAsync(
  _ session: SessionHandle?,
  _ refusedGeneration: UInt64,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(session, queue, tag, outID) { (session: Session) throws(PeerIDError) in
    try session.tokenCall(refused: refusedGeneration)
  }
}

/// Asynchronous `peerid_session_logout`: does not wait for the store. As soon as the call has started, all later calls
/// of the session fail.
@_cdecl("peerid_session_logout_async")
public func sessionLogoutAsync(
  _ session: SessionHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let session: Session = try borrow(session)
    let queue: CompletionQueue = try borrow(queue)
    let id = try session.logOut(to: queue, tag: tag)
    outID?.pointee = id
  }
}
