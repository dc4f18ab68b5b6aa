// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

// Asynchronous calls of a client. Each adds one completion to a queue.

/// Asynchronous `peerid_client_login`. The completion has the session.
@_cdecl("peerid_client_login_async")
public func clientLoginAsync(
  _ client: ClientHandle?,
  _ login: UnsafePointer<CChar>?,
  _ password: UnsafePointer<CChar>?,
  _ mobile: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.logInCall(try credentials(login, password, mobile), key: try optionalText(key, "key"))
  }
}

/// Asynchronous `peerid_client_exchange`. The completion has the session.
@_cdecl("peerid_client_exchange_async")
public func clientExchangeAsync(
  _ client: ClientHandle?,
  _ code: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.exchangeCall(code: try secret(code, "code"), key: try optionalText(key, "key"))
  }
}

/// Asynchronous `peerid_client_exchange_redirect`. The completion has the session.
@_cdecl("peerid_client_exchange_redirect_async")
public func clientExchangeRedirectAsync(
  _ client: ClientHandle?,
  _ redirect: UnsafePointer<CChar>?,
  _ expectedState: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.exchangeCall(
      redirect: try secret(redirect, "redirect"),
      expectedState: try text(expectedState, "expected_state"),
      key: try optionalText(key, "key")
    )
  }
}

/// Asynchronous `peerid_client_restore`: does not wait for the store. The completion has the session.
@_cdecl("peerid_client_restore_async")
public func clientRestoreAsync(
  _ client: ClientHandle?,
  _ tokenJSON: UnsafePointer<CChar>?,
  _ length: UInt,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.restoreCall(
      tokenJSON: try bytes(tokenJSON, length, "token_json"),
      key: try optionalText(key, "key")
    )
  }
}

/// Asynchronous `peerid_client_open`: does not wait for the store. The completion has the session.
@_cdecl("peerid_client_open_async")
public func clientOpenAsync(
  _ client: ClientHandle?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.openCall(key: try text(key, "key"))
  }
}

/// Asynchronous `peerid_client_read_chain`. The completion has the response.
@_cdecl("peerid_client_read_chain_async")
public func clientReadChainAsync(
  _ client: ClientHandle?,
  _ api: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?,
  _ params: UnsafePointer<CChar>?,
  _ length: UInt,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.readChainCall(
      api: try text(api, "api"),
      method: try text(method, "method"),
      parametersJSON: try bytes(params, length, "params", mayBeNull: true)
    )
  }
}

/// Cancels an asynchronous call that has not ended. Its completion still arrives; if it has an error, the error's
/// outcome says whether the request may have arrived.
/// - Parameters:
///   - id: the call's id.
@_cdecl("peerid_client_cancel")
public func clientCancel(_ client: ClientHandle?, _ id: UInt64) {
  optional(client, as: Client.self)?.cancel(id)
}

/// Asynchronous `peerid_client_check`. On success the completion has no result.
@_cdecl("peerid_client_check_async")
public func clientCheckAsync(
  _ client: ClientHandle?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) in client.checkCall() }
}

/// Asynchronous `peerid_client_account`. The completion has the response.
@_cdecl("peerid_client_account_async")
public func clientAccountAsync(
  _ client: ClientHandle?,
  _ name: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  begin(client, queue, tag, outID) { (client: Client) throws(PeerIDError) in
    try client.accountCall(try text(name, "name"))
  }
}
