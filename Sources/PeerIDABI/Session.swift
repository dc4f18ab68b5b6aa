// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Refreshes the tokens now, even if they have not expired. Rarely needed: calls refresh the tokens when necessary.
///
/// One refresh runs at a time: if one is running, this function waits for it. A refresh continues even if this function
/// returns early, for instance on timeout. After a failed refresh the session keeps its old tokens if they may still be
/// valid.
/// - Source: `POST /api/v1/auth/refreshtoken`, measured on the backend.
@_cdecl("peerid_session_refresh")
public func sessionRefresh(_ session: SessionHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(session, as: Session.self).refresh()
  }
}

/// Returns a token for requests that you send yourself. An expired token is refreshed first.
///
/// If the server answers your request with HTTP 401, nothing was done: call this function again with the generation of
/// the rejected token, and resend the request with the token that it returns. Give up after a few attempts. Until the
/// library knows the server's time, it compares the expiry with the local clock.
/// - Parameters:
///   - refusedGeneration: the generation of the token that the server rejected with HTTP 401; 0 if it rejected none. In
///     place of a rejected token you get another token. If the rejected token is so new that the server may not know it
///     yet, you get the same token after a pause.
/// - Errors:
///   - `rejected`: the server also rejected the new token, or the application's credentials.
/// - Note: the outcome of an error is never PEERID_OUTCOME_UNKNOWN: a request with the rejected token was not carried
///   out.
/// - Source: `POST /api/v1/auth/refreshtoken`, if the token has to be refreshed.
@_cdecl("peerid_session_acquire_token")
public func sessionAcquireToken(
  _ session: SessionHandle?,
  _ refusedGeneration: UInt64,
  _ outToken: UnsafeMutablePointer<TokenHandle?>?
) -> ErrorHandle? {
  returning(outToken, "out_token") { () throws(PeerIDError) in
    let session: Session = try borrow(session)
    return TokenObject(try session.freshToken(refused: refusedGeneration))
  }
}

/// Returns the session's current tokens, which may have expired. Sends nothing.
@_cdecl("peerid_session_get_token")
public func sessionGetToken(
  _ session: SessionHandle?,
  _ outToken: UnsafeMutablePointer<TokenHandle?>?
) -> ErrorHandle? {
  returning(outToken, "out_token") { () throws(PeerIDError) in
    TokenObject(try borrow(session, as: Session.self).token)
  }
}

/// Ends a session and removes it from its store. Later calls fail, even if the store failed. The tokens stay valid at
/// the server, which cannot revoke them. The session still has to be freed.
@_cdecl("peerid_session_logout")
public func sessionLogout(_ session: SessionHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try borrow(session, as: Session.self).logOut()
  }
}

/// Frees a session. The session stays in its store, and its tokens stay valid at the server.
@_cdecl("peerid_session_free")
public func sessionFree(_ session: SessionHandle?) {
  attempt { free(session, as: Session.self) }
}
