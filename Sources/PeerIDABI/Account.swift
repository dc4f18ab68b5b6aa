// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Finds an account of the chain by its name or its id. Needs no session.
///
/// The result is `{"id":"1.2.31","name":"pi-alice"}`.
/// - Parameters:
///   - name: the name, such as `pi-alice`, or the id, such as `1.2.31`.
///   - outResponse: receives the result; free it with `peerid_response_free`.
/// - Errors:
///   - `invalidArgument`: the chain has no such account.
///   - `server`: the node refuses the read.
/// - Source: `get_account_by_name` and `get_objects` of a Peerplays node.
@_cdecl("peerid_client_account")
public func clientAccount(
  _ client: ClientHandle?,
  _ name: UnsafePointer<CChar>?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(client, outResponse) { (client: Client) throws(PeerIDError) in
    try client.accountCall(try text(name, "name"))
  }
}

/// Returns the chain account of the session's user, which operations name as payer.
///
/// The server does not return the account. The library finds the account, or you set it, depending on how the session
/// began:
/// - A login with a user name: the account is `pi-<user name>` or `<user name>`, in lower case, depending on which
///   account has granted PeerID a permission. The library looks it up once, and then stores it with the session.
/// - A login with an e-mail address, or an exchange of a code: the account is unknown. Ask the user, and set the
///   account with `peerid_session_set_account`.
/// - A session that was opened or restored: the account that was known when it was stored or exported.
///
/// The result is `{"id":"1.2.31","name":"pi-alice"}`. If the account is known, `peerid_session_submit` logs a warning
/// for an operation that another account pays for, because the server does not compare the accounts.
/// - Parameters:
///   - outResponse: receives the result; free it with `peerid_response_free`.
/// - Errors:
///   - `configuration`: the account is unknown, or two accounts are possible; the message says what to do.
///   - `server`: the node refuses the read.
/// - Source: the names follow the backend's source; `get_account_by_name` and `get_custom_permissions` of a Peerplays
///   node.
@_cdecl("peerid_session_account")
public func sessionAccount(
  _ session: SessionHandle?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.accountCall()
  }
}

/// Sets the account of the session's user, which is stored with the session and included in exported tokens.
///
/// The account is looked up on the chain first. If PeerID has no permission on the account, a warning is logged: the
/// chain will reject operations that this account pays for.
/// - Parameters:
///   - name: the account's name, such as `pi-alice`, or its id, such as `1.2.31`.
///   - outResponse: receives the account, in the form of `peerid_session_account`; free it with `peerid_response_free`.
/// - Errors:
///   - `invalidArgument`: the chain has no such account.
///   - `loginRequired`: another process has logged the session out.
///   - `server`: the node refuses the read.
/// - Source: `get_account_by_name`, `get_objects` and `get_custom_permissions` of a Peerplays node.
@_cdecl("peerid_session_set_account")
public func sessionSetAccount(
  _ session: SessionHandle?,
  _ name: UnsafePointer<CChar>?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  respond(session, outResponse) { (session: Session) throws(PeerIDError) in
    try session.setAccountCall(try text(name, "name"))
  }
}
