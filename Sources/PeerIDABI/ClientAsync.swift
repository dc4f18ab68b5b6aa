internal import PeerID

// Asynchronous calls for a client: each begins at once and puts exactly one completion into a queue.

/// Logs a user in without waiting; the completion brings the session. See `peerid_client_login`.
///
/// - Parameters:
///   - client: the client.
///   - login: the user name or the e-mail address; copied.
///   - password: the password; copied. May be NULL or empty.
///   - mobile: the mobile number; copied. May be NULL or empty.
///   - key: under which the session is kept in the store; copied. NULL: in memory alone.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, login is empty, or password and mobile are both missing.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_login`
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
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let credentials = Credentials(
      login: Bytes(try text(login, "login")),
      password: try optionalSecret(password, "password"),
      mobile: try optionalSecret(mobile, "mobile")
    )
    let id = try client.logIn(credentials, key: try optionalText(key, "key"), to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Exchanges an authorization code without waiting; the completion brings the session. See `peerid_client_exchange`.
///
/// - Parameters:
///   - client: the client.
///   - code: the code; copied.
///   - key: under which the session is kept in the store; copied. NULL: in memory alone.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_exchange`
@_cdecl("peerid_client_exchange_async")
public func clientExchangeAsync(
  _ client: ClientHandle?,
  _ code: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let code = try secret(code, "code")
    let id = try client.exchange(code: code, key: try optionalText(key, "key"), to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Ends the authorization code flow without waiting; the completion brings the session. See
/// `peerid_client_exchange_redirect`.
///
/// - Parameters:
///   - client: the client.
///   - redirect: the whole address to which the browser came back, or its query; copied.
///   - expectedState: the state of the authorization that the user was sent away with.
///   - key: under which the session is kept in the store; copied. NULL: in memory alone.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, the state is missing or another one, or there is no code.
///   - `refused`: the user did not consent.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_exchange_redirect`
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
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try client.exchange(
      redirect: try text(redirect, "redirect"),
      expectedState: try text(expectedState, "expected_state"),
      key: try optionalText(key, "key"),
      to: queue,
      tag: tag
    )
    outID?.pointee = id
  }
}

/// Makes a session from tokens that were saved before, without waiting for the store; the completion brings the session.
/// See `peerid_client_restore`.
///
/// - Parameters:
///   - client: the client.
///   - tokenJSON: what `peerid_token_json` gave, or a token object of the server; copied.
///   - length: its length in bytes.
///   - key: under which the session is kept in the store; copied. NULL: in memory alone.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, the text is not JSON, or it holds no usable token.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_restore`
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
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let json = try bytes(tokenJSON, length, "token_json")
    let id = try client.restore(tokenJSON: json, key: try optionalText(key, "key"), to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Opens a session that the store holds, without waiting for the store; the completion brings the session. See
/// `peerid_client_open`.
///
/// - Parameters:
///   - client: the client.
///   - key: the key with which the session was begun; copied.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the key is empty or longer than 4096 bytes.
///   - `configuration`: there is no store.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_open`
@_cdecl("peerid_client_open_async")
public func clientOpenAsync(
  _ client: ClientHandle?,
  _ key: UnsafePointer<CChar>?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try client.open(key: try text(key, "key"), to: queue, tag: tag)
    outID?.pointee = id
  }
}

/// Reads the chain without waiting. See `peerid_client_read_chain`.
///
/// - Parameters:
///   - client: the client.
///   - api: the API of the node.
///   - method: the method of the API.
///   - params: its parameters as a JSON array; copied. May be NULL when the length is 0.
///   - length: the length of the parameters in bytes.
///   - queue: where the completion goes.
///   - tag: a number of the caller's, which the completion carries.
///   - outID: receives the call's id, for `peerid_client_cancel`; may be NULL.
/// - Returns: NULL when the call has begun: exactly one completion will come. Otherwise an error that the caller frees;
///   then nothing was sent, and no completion comes.
/// - Errors:
///   - `invalidArgument`: as for `peerid_client_read_chain`.
///   - `queueFull`: `max_in_flight` calls are in flight.
///   - `closed`: the client was closed.
///   - `outOfMemory`: no thread could be started.
/// - Thread safety: may be called from any thread.
/// - SeeAlso: `peerid_client_read_chain`
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
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let id = try client.readChain(
      api: try text(api, "api"),
      method: try text(method, "method"),
      parametersJSON: try bytes(params, length, "params"),
      to: queue,
      tag: tag
    )
    outID?.pointee = id
  }
}

/// Ends an asynchronous call with `cancelled`, if it has not ended yet. Its completion comes in any case; the outcome of
/// its error tells whether the request may have left.
///
/// - Parameters:
///   - client: the client with which, or with one of whose sessions, the call was begun; may be NULL.
///   - id: the call's id.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_client_cancel")
public func clientCancel(_ client: ClientHandle?, _ id: UInt64) {
  peek(client, as: Client.self)?.cancel(id)
}
