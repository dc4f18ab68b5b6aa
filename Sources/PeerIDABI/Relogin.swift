internal import PeerID

/// Where a relogin handler puts the credentials; used by the thread of one call alone.
final class CredentialsObject {
  var credentials: Credentials?
}

/// Answers a relogin handler with the credentials to log in with.
///
/// - Parameters:
///   - credentials: what the handler was given.
///   - login: the user name or the e-mail address; copied.
///   - password: the password; copied into memory that is wiped. May be NULL.
///   - mobile: the mobile number; copied. May be NULL.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: credentials or login is NULL, or a text is not UTF-8.
/// - Thread safety: the thread of the handler alone.
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

/// Allows the library to log a user in again when the session is over or the answer to a refresh was lost: the server
/// then hands out the pair that is current. Off unless this or the option `relogin=keep` is set.
///
/// - Parameters:
///   - config: the configuration.
///   - handler: the function that gives the credentials.
///   - context: handed to the function; must stay usable, from any thread, until it is released. May be NULL.
///   - release: called once with the context when the library will not call the handler any more: nothing that was made
///     from the configuration exists, and no refresh of one of its sessions is under way. Not called when this function
///     fails. May be NULL.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: config or handler is NULL.
/// - Thread safety: one thread at a time.
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
