// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(operations, length, "operations")
    let id = try session.submit(json: json, to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let token = try text(transactionToken, "transaction_token")
    let id = try session.confirm(transactionToken: token, to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(transaction, length, "transaction")
    let id = try session.broadcast(json: json, to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.account(to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.setAccount(try text(name, "name"), to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(operations, length, "operations")
    let id = try session.mark(json: json, to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.settle(mark: try bytes(mark, length, "mark"), to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.refresh(to: queue, tag: tag)
    outID?.pointee = id
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
  attempt { () throws(PeerIDError) in
    let session = try borrow(session, as: Session.self, "session")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try session.freshToken(refused: refusedGeneration, to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Asynchronous `peerid_session_logout`: does not wait for the store. Once it has started, later calls fail.
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
