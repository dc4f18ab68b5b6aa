internal import PeerID

final class TokenObject {
  let token: Token
  /// Made with the object, since an immutable object may be read by many threads at once.
  let json: Bytes
  init(_ token: Token) {
    self.token = token
    json = token.exportedJSON()
  }
}

/// The access token. A secret: it opens the user's account to whoever has it.
///
/// - Parameters:
///   - token: the token.
///   - length: receives the length in bytes; may be NULL.
/// - Returns: a text borrowed from the token; NULL for NULL.
@_cdecl("peerid_token_access_token")
public func tokenAccessToken(_ token: TokenHandle?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  lend(peek(token, as: TokenObject.self)?.token.accessTokenBytes, length: length)
}

/// The refresh token. A secret.
///
/// - Parameters:
///   - token: the token.
///   - length: receives the length in bytes; may be NULL.
/// - Returns: a text borrowed from the token; NULL when the server gave none.
@_cdecl("peerid_token_refresh_token")
public func tokenRefreshToken(_ token: TokenHandle?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  lend(peek(token, as: TokenObject.self)?.token.refreshTokenBytes, length: length)
}

/// The operations that the user granted, by their numbers on the chain.
///
/// - Parameters:
///   - token: the token.
///   - count: receives how many there are; may be NULL.
/// - Returns: an array borrowed from the token; NULL when the server did not tell the scope.
@_cdecl("peerid_token_scope")
public func tokenScope(_ token: TokenHandle?, _ count: UnsafeMutablePointer<UInt>?) -> UnsafePointer<Int32>? {
  let scope = peek(token, as: TokenObject.self)?.token.scopeIdentifiers
  count?.pointee = UInt(scope?.count ?? 0)
  return scope?.baseAddress
}

/// Whether the scope holds an operation. A name that this library does not know, and a token whose scope the server did
/// not tell, are left to the server.
///
/// - Parameters:
///   - token: the token.
///   - operation: the operation's name, such as `transfer`.
/// - Returns: true when the operation may be submitted; false for NULL.
@_cdecl("peerid_token_permits")
public func tokenPermits(_ token: TokenHandle?, _ operation: UnsafePointer<CChar>?) -> Bool {
  guard let operation, let name = String(validatingCString: operation) else { return false }
  return peek(token, as: TokenObject.self)?.token.permits(name) ?? false
}

/// When the access token expires, by the server's clock.
///
/// - Parameter token: the token.
/// - Returns: milliseconds since 1970; -1 when the server did not say.
@_cdecl("peerid_token_expires_at_ms")
public func tokenExpiresAtMs(_ token: TokenHandle?) -> Int64 {
  peek(token, as: TokenObject.self)?.token.expiresAtMilliseconds ?? -1
}

/// The application that the token is for.
///
/// - Parameter token: the token.
/// - Returns: the application's id; -1 when the server did not say.
@_cdecl("peerid_token_app_id")
public func tokenAppID(_ token: TokenHandle?) -> Int64 {
  peek(token, as: TokenObject.self)?.token.applicationID ?? -1
}

/// The user's number at PeerID.
///
/// - Parameter token: the token.
/// - Returns: the user's id; -1 when the server did not say.
@_cdecl("peerid_token_user_id")
public func tokenUserID(_ token: TokenHandle?) -> Int64 {
  peek(token, as: TokenObject.self)?.token.userID ?? -1
}

/// How often the pair has been renewed.
///
/// - Parameter token: the token.
/// - Returns: 1 after log in, one more with every refresh; 0 for NULL.
@_cdecl("peerid_token_generation")
public func tokenGeneration(_ token: TokenHandle?) -> UInt64 {
  peek(token, as: TokenObject.self)?.token.generation ?? 0
}

/// Everything as JSON, to be kept in a safe place and given to `peerid_client_restore` later. A secret.
///
/// - Parameters:
///   - token: the token.
///   - length: receives the length in bytes; may be NULL.
/// - Returns: JSON borrowed from the token; NULL for NULL.
@_cdecl("peerid_token_json")
public func tokenJSON(_ token: TokenHandle?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  lend(peek(token, as: TokenObject.self)?.json, length: length)
}

/// Frees a token; its memory is wiped when the session does not use it any more.
///
/// - Parameter token: the token; may be NULL.
@_cdecl("peerid_token_free")
public func tokenFree(_ token: TokenHandle?) {
  free(token, as: TokenObject.self)
}
