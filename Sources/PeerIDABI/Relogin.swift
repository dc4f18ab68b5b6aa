// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

internal import PeerID

/// Provides the credentials to log a user in again. Called on a thread of the library; may block.
///
/// - Parameters:
///   - key: the session's key; NULL for a session without one.
///   - credentials: receives the credentials, with `peerid_credentials_set`.
/// - Returns: 0 if they were set; anything else ends the session.
public typealias ReloginHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ credentials: CredentialsHandle?
  ) -> Int32

/// Receives the credentials of a relogin handler, on its thread.
final class CredentialsObject {
  var credentials: Credentials?
}

/// Provides the credentials, in a relogin handler.
/// - Parameters:
///   - login: the user name or the e-mail address.
///   - password: the password; its copy is wiped after use. May be NULL.
///   - mobile: the mobile number. May be NULL.
/// - Thread safety: only in the handler, on its thread.
@_cdecl("peerid_credentials_set")
public func credentialsSet(
  _ credentials: CredentialsHandle?,
  _ login: UnsafePointer<CChar>?,
  _ password: UnsafePointer<CChar>?,
  _ mobile: UnsafePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let object = try borrow(credentials, as: CredentialsObject.self, "credentials")
    object.credentials = Credentials(
      login: Bytes(try text(login, "login")),
      password: try optionalSecret(password, "password"),
      mobile: try optionalSecret(mobile, "mobile")
    )
  }
}

/// Sets the relogin handler. With it, a session whose refresh token is no longer valid, or whose refresh was not
/// answered, logs the user in again: the server then returns the current tokens. Without it, and without the option
/// `relogin=keep`, such a session ends with PEERID_CODE_LOGIN_REQUIRED.
/// - Parameters:
///   - handler: the function that provides the credentials.
///   - release: releases the context; may be NULL.
@_cdecl("peerid_config_set_relogin_handler")
public func configSetReloginHandler(
  _ config: ConfigHandle?,
  _ handler: ReloginHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ release: ReleaseCallback?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    guard let handler else { throw PeerIDError(.invalidArgument, "handler is NULL") }
    let owner = ContextOwner(context, release)
    config.configuration.setReloginHandler { key in
      let name = key.map { Bytes($0) }
      let object = CredentialsObject()
      let handle = OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
      return handler(owner.pointer, name?.cString, handle) == 0 ? object.credentials : nil
    }
  }
}
