// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

final class AuthorizationObject {
  let url: Bytes
  let state: Bytes
  init(_ request: AuthorizationRequest) {
    url = Bytes(request.url)
    state = Bytes(request.state, wipes: true)
  }
}

/// Starts the authorization code flow: creates the URL of the consent page, with a random state of 192 bits. Sends
/// nothing.
///
/// Notes on PeerID's consent page: Its *Cancel* button does not redirect, so the application does not notice a
/// cancelled login. Use a redirect URI without a query: the page appends `?code=…` even to an existing query.
/// `peerid_client_exchange_redirect` can read such a URL, but web frameworks cannot. The domain of the redirect URI
/// must be registered; `localhost` and IP addresses are refused. A user can grant at most 15 operations to all
/// applications together. The page may be on another server than the API: see the option `authorization_page`.
/// - Parameters:
///   - client: the client.
///   - redirectURI: the URL to which the browser returns; its domain must be registered for the application.
/// - Errors:
///   - `invalidArgument`: the URL is empty.
///   - `internal`: the system's random number generator failed.
/// - Source: the guide *Authentication with PeerID*; RFC 6749, section 4.1.
/// - SeeAlso: `peerid_client_exchange_redirect`
@_cdecl("peerid_authorization_create")
public func authorizationCreate(
  _ client: ClientHandle?,
  _ redirectURI: UnsafePointer<CChar>?,
  _ outAuthorization: UnsafeMutablePointer<AuthorizationHandle?>?
) -> ErrorHandle? {
  returning(outAuthorization, "out_authorization") { () throws(PeerIDError) in
    let client: Client = try borrow(client)
    return AuthorizationObject(try client.authorizationRequest(redirectURI: try text(redirectURI, "redirect_uri")))
  }
}

/// Returns the URL of the page on which the user signs in and consents.
/// - Returns: a string borrowed from the authorization.
@_cdecl("peerid_authorization_url")
public func authorizationURL(_ authorization: AuthorizationHandle?) -> UnsafePointer<CChar>? {
  borrowed(optional(authorization, as: AuthorizationObject.self)?.url)
}

/// Returns the state. Store it in the user's web session and compare it when the browser returns.
/// - Returns: a string borrowed from the authorization.
@_cdecl("peerid_authorization_state")
public func authorizationState(_ authorization: AuthorizationHandle?) -> UnsafePointer<CChar>? {
  borrowed(optional(authorization, as: AuthorizationObject.self)?.state)
}

/// Frees an authorization.
@_cdecl("peerid_authorization_free")
public func authorizationFree(_ authorization: AuthorizationHandle?) {
  free(authorization, as: AuthorizationObject.self)
}
