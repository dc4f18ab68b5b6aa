// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Receives a log event, on the thread where the event happens. Must return quickly.
///
/// Events are, among others: refreshes, tokens that cannot be saved, unknown outcomes, HTTP 5xx, and requests that are
/// resent after HTTP 401.
///
/// - Parameters:
///   - level: one of `peerid_log_level`.
///   - message: one line of text without secrets, valid until the handler returns. The line ends with the key or user
///     of the session and the application: `session refreshed, generation 2 (session 'alice', application 4)`.
public typealias LogHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ level: Int32, _ message: UnsafePointer<CChar>?
  ) -> Void

/// Returns whether a waiting call should end. Called every 50 to 1000 ms, on the thread of the call.
///
/// - Returns: 0 to continue; anything else ends the call with PEERID_CODE_CANCELLED.
public typealias InterruptHandler = @convention(c) (_ context: UnsafeMutableRawPointer?) -> Int32

/// Releases a context that no object uses any more.
public typealias ReleaseCallback = @convention(c) (_ context: UnsafeMutableRawPointer?) -> Void

/// A configuration. Only one thread may use it at a time.
final class ConfigObject: HandleObject {
  static let parameter: StaticString = "config"
  var configuration: Configuration
  init(_ configuration: Configuration) { self.configuration = configuration }
}

/// Creates a configuration. Sends nothing.
/// - Parameters:
///   - baseURL: scheme, host and optional port and path of the server, such as `https://peerid.peerplays.download`,
///     without `/api/v1`.
///   - clientID: the application's id, a decimal number.
///   - clientSecret: the application's secret. May be NULL: then users can log in with a password, but codes cannot be
///     exchanged and tokens cannot be refreshed.
/// - Errors:
///   - `invalidArgument`: the id is not a number, or the secret is empty.
/// - Lifetime: a client copies its configuration, which may be changed or freed afterwards.
@_cdecl("peerid_config_create")
public func configCreate(
  _ baseURL: UnsafePointer<CChar>?,
  _ clientID: UnsafePointer<CChar>?,
  _ clientSecret: UnsafePointer<CChar>?,
  _ outConfig: UnsafeMutablePointer<ConfigHandle?>?
) -> ErrorHandle? {
  returning(outConfig, "out_config") { () throws(PeerIDError) in
    ConfigObject(
      try Configuration(
        baseURL: try text(baseURL, "base_url"),
        clientID: try text(clientID, "client_id"),
        clientSecret: try optionalText(clientSecret, "client_secret")
      )
    )
  }
}

/// Sets an option. docs/reference/options.md lists the options, as does `peerid_option_describe`.
/// - Parameters:
///   - name: the option's name, such as `request_timeout_ms`.
///   - value: its value as text, such as `5000`.
/// - Errors:
///   - `configuration`: there is no such option (the message suggests the nearest name), or the value is invalid (the
///     message lists the valid values).
@_cdecl("peerid_config_set")
public func configSet(
  _ config: ConfigHandle?,
  _ name: UnsafePointer<CChar>?,
  _ value: UnsafePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config: ConfigObject = try borrow(config)
    try config.configuration.set(try text(name, "name"), try text(value, "value"))
  }
}

/// Sets the log handler. See *Handlers* above for `context` and `release`.
/// - Parameters:
///   - handler: the function to call.
///   - release: releases the context; may be NULL.
@_cdecl("peerid_config_set_log_handler")
public func configSetLogHandler(
  _ config: ConfigHandle?,
  _ handler: LogHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ release: ReleaseCallback?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config: ConfigObject = try borrow(config)
    let handler = try required(handler, "handler")
    let owner = ContextOwner(context, release)
    config.configuration.setLogHandler { level, message in
      let line = Bytes(message)
      handler(owner.pointer, level.rawValue, line.cString)
    }
  }
}

/// Sets the interrupt handler, for instance to end calls when the user presses Ctrl-C.
/// - Parameters:
///   - handler: the function to call.
///   - release: releases the context; may be NULL.
@_cdecl("peerid_config_set_interrupt_handler")
public func configSetInterruptHandler(
  _ config: ConfigHandle?,
  _ handler: InterruptHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ release: ReleaseCallback?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config: ConfigObject = try borrow(config)
    let handler = try required(handler, "handler")
    let owner = ContextOwner(context, release)
    config.configuration.setInterruptHandler { handler(owner.pointer) != 0 }
  }
}

/// Sets the store in which sessions with a key are kept. Clients and processes may share a store.
/// - Parameters:
///   - store: the store; the caller still frees its handle.
@_cdecl("peerid_config_set_store")
public func configSetStore(_ config: ConfigHandle?, _ store: StoreHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config: ConfigObject = try borrow(config)
    config.configuration.setStore(try borrow(store, as: SessionStore.self))
  }
}

/// Provides the credentials to log a user in again. Called on a thread of the library; may block.
///
/// - Parameters:
///   - key: the session's key; NULL for a session without one.
///   - credentials: receives the credentials, with `peerid_credentials_set`.
/// - Returns: 0 if they were set. Anything else ends a session whose refresh token was refused; after a refresh that
///   got no answer, the access token stays in use.
public typealias ReloginHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ credentials: CredentialsHandle?
  ) -> Int32

/// The credentials that a relogin handler provides. Used only on the handler's thread.
final class CredentialsObject: HandleObject {
  static let parameter: StaticString = "credentials"
  var credentials: Credentials?
}

/// Sets the relogin handler. With this handler, the library logs a user in again if the session's refresh token is no
/// longer valid or a refresh got no answer; the server then returns the current tokens. Without a handler and without
/// the option `relogin=keep`, a session whose refresh token is refused ends with PEERID_CODE_LOGIN_REQUIRED; after a
/// lost answer its access token stays in use.
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
    let config: ConfigObject = try borrow(config)
    let handler = try required(handler, "handler")
    let owner = ContextOwner(context, release)
    config.configuration.setReloginHandler { key in
      let name = key.map { Bytes($0) }
      let object = CredentialsObject()
      let handle = OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
      return handler(owner.pointer, name?.cString, handle) == 0 ? object.credentials : nil
    }
  }
}

/// Provides the credentials in a relogin handler.
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
    let object: CredentialsObject = try borrow(credentials)
    object.credentials = try PeerIDABI.credentials(login, password, mobile)
  }
}

/// Frees a configuration. Its clients stay usable.
@_cdecl("peerid_config_free")
public func configFree(_ config: ConfigHandle?) {
  free(config, as: ConfigObject.self)
}
