// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// The credentials that a caller passes.
func credentials(
  _ login: UnsafePointer<CChar>?,
  _ password: UnsafePointer<CChar>?,
  _ mobile: UnsafePointer<CChar>?
) throws(PeerIDError) -> Credentials {
  Credentials(
    login: Bytes(try text(login, "login")),
    password: try optionalSecret(password, "password"),
    mobile: try optionalSecret(mobile, "mobile")
  )
}

/// Logs a user in with a password, a mobile number or both, and creates a session.
///
/// The server returns the user's stored tokens, which are the same for every caller; if they have expired, this
/// function refreshes them before it returns. At a user's first login the server joins the user to the application on
/// the chain, which takes seconds. Logging in again is always safe.
/// - Parameters:
///   - login: the user name (case-sensitive) or the e-mail address (not case-sensitive).
///   - password: the password; its copy is wiped after use. May be NULL or empty.
///   - mobile: the mobile number. May be NULL or empty.
///   - key: the key of the session in the store, any text of up to 4096 bytes. NULL: the session is only in memory.
/// - Errors:
///   - `invalidArgument`: login is empty, or both password and mobile are missing.
///   - `configuration`: the stored tokens have expired and there is no client secret to refresh them, or there is a key
///     but no store.
///   - `rejected`: the user, the password, the mobile number or the application is wrong, or the server has no tokens
///     for the user. Such a user has to complete the authorization code flow once.
///   - `loginRequired`: the stored tokens have expired and the refresh token was already used.
/// - Source: `POST /api/v1/auth/token`, measured on the backend.
@_cdecl("peerid_client_login")
public func clientLogin(
  _ client: ClientHandle?,
  _ login: UnsafePointer<CChar>?,
  _ password: UnsafePointer<CChar>?,
  _ mobile: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  beginSession(client, outSession) { (client: Client) throws(PeerIDError) in
    try client.logInCall(try credentials(login, password, mobile), key: try optionalText(key, "key"))
  }
}

/// Completes the authorization code flow: reads the URL to which the browser returned, compares the state in constant
/// time, exchanges the code for tokens, and creates a session.
/// - Parameters:
///   - redirect: the whole URL, or its query. The last `code` is used, even after a second `?`, which the consent page
///     appends to a redirect URI with a query.
///   - expectedState: the state of the authorization with which the user was sent to the consent page.
///   - key: the session's key, as for `peerid_client_login`.
/// - Errors:
///   - `invalidArgument`: the state is missing or different, or appears more than once, or there is no code.
///   - `configuration`: there is no client secret, or there is a key but no store.
///   - `rejected`: the user did not consent, or the server rejected the code or the secret.
/// - Source: `POST /api/v1/auth/exchange`; RFC 6749, sections 4.1.2 and 10.12.
/// - SeeAlso: `peerid_authorization_create`
@_cdecl("peerid_client_exchange_redirect")
public func clientExchangeRedirect(
  _ client: ClientHandle?,
  _ redirect: UnsafePointer<CChar>?,
  _ expectedState: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  beginSession(client, outSession) { (client: Client) throws(PeerIDError) in
    try client.exchangeCall(
      redirect: try secret(redirect, "redirect"),
      expectedState: try text(expectedState, "expected_state"),
      key: try optionalText(key, "key")
    )
  }
}

/// Exchanges an authorization code for tokens and creates a session. The caller must already have compared the state;
/// `peerid_client_exchange_redirect` does both.
/// - Parameters:
///   - code: the code.
///   - key: the session's key, as for `peerid_client_login`.
/// - Errors:
///   - `invalidArgument`: the code is empty.
///   - `configuration`: there is no client secret, or there is a key but no store.
///   - `rejected`: the server rejected the code or the secret.
/// - Source: `POST /api/v1/auth/exchange`.
@_cdecl("peerid_client_exchange")
public func clientExchange(
  _ client: ClientHandle?,
  _ code: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  beginSession(client, outSession) { (client: Client) throws(PeerIDError) in
    try client.exchangeCall(code: try secret(code, "code"), key: try optionalText(key, "key"))
  }
}

/// Creates a session from exported tokens. Sends nothing.
/// - Parameters:
///   - tokenJSON: what `peerid_token_json` returned, or the server's token JSON; only the access token is required.
///   - length: its length in bytes.
///   - key: the session's key, as for `peerid_client_login`. The tokens replace those that are stored under the key,
///     even newer ones.
/// - Errors:
///   - `invalidArgument`: the text is not JSON, or contains no usable token.
///   - `configuration`: there is a key but no store.
@_cdecl("peerid_client_restore")
public func clientRestore(
  _ client: ClientHandle?,
  _ tokenJSON: UnsafePointer<CChar>?,
  _ length: UInt,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  beginSession(client, outSession) { (client: Client) throws(PeerIDError) in
    try client.restoreCall(
      tokenJSON: try bytes(tokenJSON, length, "token_json"),
      key: try optionalText(key, "key")
    )
  }
}

/// Opens a session from the store. Sends nothing. The session shares its tokens with all sessions of this key, in every
/// process that uses the store.
/// - Parameters:
///   - key: the session's key.
/// - Errors:
///   - `invalidArgument`: the key is empty or longer than 4096 bytes.
///   - `configuration`: there is no store.
///   - `loginRequired`: the store has no session under this key.
@_cdecl("peerid_client_open")
public func clientOpen(
  _ client: ClientHandle?,
  _ key: UnsafePointer<CChar>?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?
) -> ErrorHandle? {
  beginSession(client, outSession) { (client: Client) throws(PeerIDError) in
    try client.openCall(key: try text(key, "key"))
  }
}
