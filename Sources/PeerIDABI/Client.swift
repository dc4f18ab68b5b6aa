internal import PeerID

/// Makes a client. Nothing is sent.
///
/// - Parameters:
///   - config: the configuration; copied.
///   - outClient: receives the client, to be freed with `peerid_client_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `configuration`: the base URL cannot be used (no scheme, a user or a query in it, plain HTTP to another machine
///     without `allow_http`), or libcurl is too old.
/// - Thread safety: may be called from any thread.
/// - Lifetime: the client lives until it is freed and its last session is.
@_cdecl("peerid_client_create")
public func clientCreate(
  _ config: ConfigHandle?,
  _ outClient: UnsafeMutablePointer<ClientHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    let out = try output(outClient, "out_client")
    out.pointee = give(try Client(config.configuration))
  }
}

/// Logs a user in with a password, a mobile number, or both; the server checks whatever it is sent.
///
/// The server answers with the stored pair of tokens, the same for every caller. A pair that has already expired is
/// refreshed before this function returns. The first log in of a user joins the application on the chain, which takes
/// seconds. Logging in again is always safe.
///
/// - Parameters:
///   - client: the client.
///   - login: the user name (upper and lower case matter) or the e-mail address (they do not); copied.
///   - password: the password; copied into memory that is wiped. May be NULL or empty.
///   - mobile: the mobile number; copied. May be NULL or empty.
///   - key: under which the session is kept in the store of the configuration, any text up to 4096 bytes; copied. NULL:
///     the session is kept in memory alone.
///   - outSession: receives the session, to be freed with `peerid_session_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, a text is not UTF-8, login is empty, or password and
///     mobile are both missing.
///   - `configuration`: the stored pair has expired and there is no client secret to refresh it with, or there is a key
///     and no store.
///   - `refused`: the user, the password, the mobile number or the application is wrong; or the server holds no token
///     for the user, who then has to go through the authorization code flow once.
///   - `notPermitted`: the user lacks the permission on the chain.
///   - `loginRequired`: the stored pair has expired and its refresh token is spent.
///   - `store`: the store failed.
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
/// - Lifetime: the session may outlive the client's handle, but its calls end with `closed` once the client is closed.
/// - Source: `POST /api/v1/auth/token`; measured on the backend.
@_cdecl("peerid_client_login")
public func clientLogin(
  _ client: ClientHandle?,
  _ login: UnsafePointer<CChar>?,
  _ password: UnsafePointer<CChar>?,
  _ mobile: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outSession, "out_session")
    let credentials = Credentials(
      login: Bytes(try text(login, "login")),
      password: try optionalSecret(password, "password"),
      mobile: try optionalSecret(mobile, "mobile")
    )
    out.pointee = give(try client.logIn(credentials, key: try optionalText(key, "key")))
  }
}

/// Ends the authorization code flow: reads the address to which the user's browser came back, compares the state in
/// constant time, and exchanges the code for tokens.
///
/// - Parameters:
///   - client: the client.
///   - redirect: the whole address, or its query; copied.
///   - expectedState: the state of the authorization that the user was sent away with; copied.
///   - key: under which the session is kept in the store; NULL: in memory alone.
///   - outSession: receives the session, to be freed with `peerid_session_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, the state is missing or another one, there is no code, or
///     a parameter stands twice.
///   - `configuration`: there is no client secret, or there is a key and no store.
///   - `refused`: the user did not consent, or the server refuses the code or the secret.
///   - `notPermitted`: the server does not permit it.
///   - `store`: the store failed.
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
/// - Source: `POST /api/v1/auth/exchange`; RFC 6749, sections 4.1.2 and 10.12.
/// - SeeAlso: `peerid_client_authorization`
@_cdecl("peerid_client_exchange_redirect")
public func clientExchangeRedirect(
  _ client: ClientHandle?,
  _ redirect: UnsafePointer<CChar>?,
  _ expectedState: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outSession, "out_session")
    let session = try client.exchange(
      redirect: try text(redirect, "redirect"),
      expectedState: try text(expectedState, "expected_state"),
      key: try optionalText(key, "key")
    )
    out.pointee = give(session)
  }
}

/// Exchanges an authorization code whose state the caller has compared.
///
/// - Parameters:
///   - client: the client.
///   - code: the code; copied.
///   - key: under which the session is kept in the store; NULL: in memory alone.
///   - outSession: receives the session, to be freed with `peerid_session_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, or the code is empty.
///   - `configuration`: there is no client secret, or there is a key and no store.
///   - `refused`: the server refuses the code or the secret.
///   - `notPermitted`: the server does not permit it.
///   - `store`: the store failed.
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
/// - Source: `POST /api/v1/auth/exchange`.
@_cdecl("peerid_client_exchange")
public func clientExchange(
  _ client: ClientHandle?,
  _ code: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outSession, "out_session")
    out.pointee = give(try client.exchange(code: try secret(code, "code"), key: try optionalText(key, "key")))
  }
}

/// Makes a session from tokens that were saved before. Nothing is sent.
///
/// - Parameters:
///   - client: the client.
///   - tokenJSON: what `peerid_token_json` gave, or a token object of the server; only the access token is required.
///     Borrowed for the call.
///   - length: its length in bytes.
///   - key: under which the session is kept in the store, where it replaces what is there, even a newer pair; NULL: in
///     memory alone.
///   - outSession: receives the session, to be freed with `peerid_session_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, the text is not JSON, or it holds no usable token.
///   - `configuration`: there is a key and no store.
///   - `store`: the store failed.
///   - `closed`: the client was closed.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_client_restore")
public func clientRestore(
  _ client: ClientHandle?,
  _ tokenJSON: UnsafePointer<CChar>?,
  _ length: UInt,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outSession, "out_session")
    let session = try client.restore(
      tokenJSON: try bytes(tokenJSON, length, "token_json"),
      key: try optionalText(key, "key")
    )
    out.pointee = give(session)
  }
}

/// Opens a session that the store holds. Nothing is sent.
///
/// - Parameters:
///   - client: the client.
///   - key: the key with which the session was begun.
///   - outSession: receives the session, to be freed with `peerid_session_free`. It shares its tokens with all others of
///     this key in all processes that use the store.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the key is empty or longer than 4096 bytes.
///   - `configuration`: there is no store.
///   - `loginRequired`: the store holds no session under this key.
///   - `store`: the store failed, or what it holds is damaged.
///   - `closed`: the client was closed.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_client_open")
public func clientOpen(
  _ client: ClientHandle?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outSession, "out_session")
    out.pointee = give(try client.open(key: try text(key, "key")))
  }
}

/// Reads the chain through the server. Needs no session; reading again is always safe.
///
/// - Parameters:
///   - client: the client.
///   - api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
///   - method: a method of that API of a Peerplays node, such as `get_objects`.
///   - params: its parameters as a JSON array; borrowed for the call. May be NULL when the length is 0. The server is
///     sent every value as text.
///   - length: the length of the parameters in bytes.
///   - outResponse: receives the answer, to be freed with `peerid_response_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, the API is not one of the five, the parameters are not a
///     JSON array, or they hold what the server cannot be sent: null, an empty array or object, deep nesting.
///   - `refused`: the server refuses the request.
///   - `notPermitted`: the server does not permit it.
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
/// - Source: `GET /api/v1/app/blockchain-data`; measured on the backend.
@_cdecl("peerid_client_read_chain")
public func clientReadChain(
  _ client: ClientHandle?,
  _ api: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?,
  _ params: UnsafePointer<CChar>?,
  _ length: UInt,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outResponse, "out_response")
    let response = try client.readChain(
      api: try text(api, "api"),
      method: try text(method, "method"),
      parametersJSON: try bytes(params, length, "params")
    )
    out.pointee = give(ResponseObject(response))
  }
}

/// Closes the client: calls in flight end with `closed` within a second, later ones at once. A refresh that is under
/// way goes on, so that its new tokens are not lost. Closing twice is allowed.
///
/// - Parameter client: the client; may be NULL.
/// - Thread safety: may be called from any thread, also while calls run.
@_cdecl("peerid_client_close")
public func clientClose(_ client: ClientHandle?) {
  peek(client, as: Client.self)?.close()
}

/// Waits until no refresh of the client's sessions is under way and every new pair of tokens is saved. For programs whose
/// process ends without the handlers of `atexit`, such as those in Go and children that call `_exit`: close the client,
/// and settle it.
///
/// - Parameters:
///   - client: the client; for NULL nothing is to be done.
///   - timeoutMs: how long to wait, in milliseconds; 0: only to ask.
/// - Returns: 1 when nothing is left to be done, 0 when time ran out. A client that was not closed may begin more.
/// - Thread safety: may be called from any thread, but not from a handler or a callback of a store.
@_cdecl("peerid_client_settle")
public func clientSettle(_ client: ClientHandle?, _ timeoutMs: Int64) -> Int32 {
  peek(client, as: Client.self)?.settle(timeoutMilliseconds: timeoutMs) == false ? 0 : 1
}

/// Closes the client and frees it. Its memory is given back after its last call and its last session.
///
/// - Parameter client: the client; may be NULL.
@_cdecl("peerid_client_free")
public func clientFree(_ client: ClientHandle?) {
  clientClose(client)
  free(client, as: Client.self)
}
