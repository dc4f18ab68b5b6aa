internal import PeerID

final class AuthorizationObject {
  let url: Bytes
  let state: Bytes
  init(_ request: AuthorizationRequest) {
    url = Bytes(request.url)
    state = Bytes(request.state, wipes: true)
  }
}

/// Begins the authorization code flow: makes the URL of the consent page with a random state of 192 bits. Nothing is
/// sent.
///
/// - Parameters:
///   - client: the client.
///   - redirectURI: where the user's browser comes back to; it must be registered for the application.
///   - outAuthorization: receives the URL and the state, to be freed with `peerid_authorization_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the address is empty or not UTF-8.
///   - `internal`: the system gave no random numbers.
/// - Thread safety: may be called from any thread.
/// - Source: the guide *Authentication with PeerID*; RFC 6749, section 4.1.
/// - SeeAlso: `peerid_client_exchange_redirect`
@_cdecl("peerid_client_authorization")
public func clientAuthorization(
  _ client: ClientHandle?,
  _ redirectURI: UnsafePointer<CChar>?,
  _ outAuthorization: UnsafeMutablePointer<AuthorizationHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let client = try borrow(client, as: Client.self, "client")
    let out = try output(outAuthorization, "out_authorization")
    let request = try client.authorizationRequest(redirectURI: try text(redirectURI, "redirect_uri"))
    out.pointee = give(AuthorizationObject(request))
  }
}

/// The address of the page on which the user signs in and gives consent.
///
/// - Parameter authorization: the authorization.
/// - Returns: a text borrowed from the authorization; NULL for NULL.
@_cdecl("peerid_authorization_url")
public func authorizationURL(_ authorization: AuthorizationHandle?) -> UnsafePointer<CChar>? {
  lend(peek(authorization, as: AuthorizationObject.self)?.url)
}

/// The state to keep with the user's web session and to compare when the browser comes back.
///
/// - Parameter authorization: the authorization.
/// - Returns: a text borrowed from the authorization; NULL for NULL.
@_cdecl("peerid_authorization_state")
public func authorizationState(_ authorization: AuthorizationHandle?) -> UnsafePointer<CChar>? {
  lend(peek(authorization, as: AuthorizationObject.self)?.state)
}

/// Frees an authorization.
///
/// - Parameter authorization: the authorization; may be NULL.
@_cdecl("peerid_authorization_free")
public func authorizationFree(_ authorization: AuthorizationHandle?) {
  free(authorization, as: AuthorizationObject.self)
}
