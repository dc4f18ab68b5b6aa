// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

final class TokenObject {
  let token: Token
  /// Written when the object is created, because several threads may read it at the same time.
  let json: Bytes
  init(_ token: Token) {
    self.token = token
    json = token.exportedJSON()
  }
}

/// Returns the access token. A secret: it gives access to the user's account.
/// - Returns: a string borrowed from the token.
@_cdecl("peerid_token_access_token")
public func tokenAccessToken(_ token: TokenHandle?, _ outLength: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  borrowed(optional(token, as: TokenObject.self)?.token.accessTokenBytes, length: outLength)
}

/// Returns the refresh token. A secret.
/// - Returns: a string borrowed from the token; NULL if the server sent none.
@_cdecl("peerid_token_refresh_token")
public func tokenRefreshToken(_ token: TokenHandle?, _ outLength: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>?
{
  borrowed(optional(token, as: TokenObject.self)?.token.refreshTokenBytes, length: outLength)
}

/// Returns the operations that the user granted, by their ids on the chain.
/// - Parameters:
///   - outCount: receives the number of operations; may be NULL.
/// - Returns: an array borrowed from the token; NULL if the server did not send the scope.
@_cdecl("peerid_token_scope")
public func tokenScope(_ token: TokenHandle?, _ outCount: UnsafeMutablePointer<UInt>?) -> UnsafePointer<Int32>? {
  let scope = optional(token, as: TokenObject.self)?.token.scopeIdentifiers
  outCount?.pointee = UInt(scope?.count ?? 0)
  return scope?.baseAddress
}

/// Returns whether the scope includes an operation. If the library does not know the operation or the scope, the result
/// is true, and the server decides.
/// - Parameters:
///   - operation: the operation's name, such as `transfer`.
/// - Returns: true if the operation may be submitted; otherwise, and for NULL, false.
@_cdecl("peerid_token_permits")
public func tokenPermits(_ token: TokenHandle?, _ operation: UnsafePointer<CChar>?) -> Bool {
  guard let operation, let name = String(validatingCString: operation) else { return false }
  return optional(token, as: TokenObject.self)?.token.permits(name) ?? false
}

/// Returns when the access token expires, by the server's clock.
/// - Returns: milliseconds since 1970; -1 if unknown.
@_cdecl("peerid_token_expires_at_ms")
public func tokenExpiresAtMs(_ token: TokenHandle?) -> Int64 {
  optional(token, as: TokenObject.self)?.token.expiresAtMilliseconds ?? -1
}

/// Returns the application of the token.
/// - Returns: the application's id; -1 if unknown.
@_cdecl("peerid_token_app_id")
public func tokenAppID(_ token: TokenHandle?) -> Int64 {
  optional(token, as: TokenObject.self)?.token.applicationID ?? -1
}

/// Returns the user's id at PeerID, which is not the account on the chain that operations name.
/// - Returns: the user's id; -1 if unknown.
@_cdecl("peerid_token_user_id")
public func tokenUserID(_ token: TokenHandle?) -> Int64 {
  optional(token, as: TokenObject.self)?.token.userID ?? -1
}

/// Returns the generation of these tokens: a number that identifies these tokens among all tokens of the session.
/// - Returns: 1 after login, one more after each refresh; 0 for NULL.
@_cdecl("peerid_token_generation")
public func tokenGeneration(_ token: TokenHandle?) -> UInt64 {
  optional(token, as: TokenObject.self)?.token.generation ?? 0
}

/// Exports the tokens as JSON, for `peerid_client_restore`. A secret: keep it in a safe place.
/// - Returns: JSON borrowed from the token.
@_cdecl("peerid_token_json")
public func tokenJSON(_ token: TokenHandle?, _ outLength: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  borrowed(optional(token, as: TokenObject.self)?.json, length: outLength)
}

/// Frees a token. Its memory is wiped when the session no longer uses the same tokens.
@_cdecl("peerid_token_free")
public func tokenFree(_ token: TokenHandle?) {
  free(token, as: TokenObject.self)
}
