internal import PeerID

/// A configuration under construction. It belongs to one thread at a time.
final class ConfigObject {
  var configuration: Configuration
  init(_ configuration: Configuration) { self.configuration = configuration }
}

/// Makes a configuration. Nothing is sent.
///
/// - Parameters:
///   - baseURL: scheme, host and optional port and path of the server, such as `https://peerid.peerplays.download`,
///     without `/api/v1`; copied.
///   - clientID: the application's id, a number in decimal; copied.
///   - clientSecret: the application's secret; copied. May be NULL: then users can log in, but no code can be exchanged
///     and no token refreshed.
///   - outConfig: receives the configuration, to be freed with `peerid_config_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL that must not be, a text is not UTF-8, the id is not a number, or the
///     secret is empty.
/// - Thread safety: may be called from any thread.
/// - Lifetime: a client copies what it needs; the configuration may be freed or changed afterwards.
@_cdecl("peerid_config_create")
public func configCreate(
  _ baseURL: UnsafePointer<CChar>?,
  _ clientID: UnsafePointer<CChar>?,
  _ clientSecret: UnsafePointer<CChar>?,
  _ outConfig: UnsafeMutablePointer<ConfigHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try output(outConfig, "out_config")
    let configuration = try Configuration(
      baseURL: try text(baseURL, "base_url"),
      clientID: try text(clientID, "client_id"),
      clientSecret: try optionalText(clientSecret, "client_secret")
    )
    out.pointee = give(ConfigObject(configuration))
  }
}

/// Sets an option by its name. The options are listed in the README and by `peerid_option_name`.
///
/// - Parameters:
///   - config: the configuration.
///   - name: the option's name, such as `request_timeout_ms`.
///   - value: its value as text, such as `5000`; copied.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL or a text is not UTF-8.
///   - `configuration`: there is no such option (the message names the nearest one), or it does not take this value
///     (the message says what it takes).
/// - Thread safety: one thread at a time.
@_cdecl("peerid_config_set")
public func configSet(
  _ config: ConfigHandle?,
  _ name: UnsafePointer<CChar>?,
  _ value: UnsafePointer<CChar>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    try config.configuration.set(try text(name, "name"), try text(value, "value"))
  }
}

/// Sets who is told of events worth a line in a log, such as a refresh.
///
/// - Parameters:
///   - config: the configuration.
///   - handler: the function to call.
///   - context: handed to the function; must stay usable, from any thread, until it is released. May be NULL.
///   - release: called once with the context when the library will not call the handler any more: nothing that was made
///     from the configuration exists, and no refresh of one of its sessions is under way. Not called when this function
///     fails. May be NULL.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: config or handler is NULL.
/// - Thread safety: one thread at a time.
@_cdecl("peerid_config_set_log_handler")
public func configSetLogHandler(
  _ config: ConfigHandle?,
  _ handler: LogHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ release: ReleaseCallback?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    guard let handler else { throw PeerIDError(.invalidArgument, "handler is NULL") }
    let owner = ContextOwner(context, release)
    config.configuration.setLogHandler { level, message in
      let line = Bytes(message)
      handler(owner.pointer, level.rawValue, line.cString)
    }
  }
}

/// Sets a function that is asked now and then whether a waiting call should be given up, so that a program can end
/// its calls when the user presses Ctrl-C.
///
/// - Parameters:
///   - config: the configuration.
///   - handler: the function to ask.
///   - context: handed to the function; must stay usable, from any thread, until it is released. May be NULL.
///   - release: called once with the context when the library will not call the handler any more: nothing that was made
///     from the configuration exists, and no refresh of one of its sessions is under way. Not called when this function
///     fails. May be NULL.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: config or handler is NULL.
/// - Thread safety: one thread at a time.
@_cdecl("peerid_config_set_interrupt_handler")
public func configSetInterruptHandler(
  _ config: ConfigHandle?,
  _ handler: InterruptHandler?,
  _ context: UnsafeMutableRawPointer?,
  _ release: ReleaseCallback?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    guard let handler else { throw PeerIDError(.invalidArgument, "handler is NULL") }
    let owner = ContextOwner(context, release)
    config.configuration.setInterruptHandler { handler(owner.pointer) != 0 }
  }
}

/// Sets where sessions with a key are kept.
///
/// - Parameters:
///   - config: the configuration.
///   - store: the store; clients and processes may share one. The caller goes on owning the handle.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
/// - Thread safety: one thread at a time.
@_cdecl("peerid_config_set_store")
public func configSetStore(_ config: ConfigHandle?, _ store: StoreHandle?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let config = try borrow(config, as: ConfigObject.self, "config")
    config.configuration.setStore(try borrow(store, as: SessionStore.self, "store"))
  }
}

/// Frees a configuration. Clients made from it are not touched.
///
/// - Parameter config: the configuration; may be NULL.
@_cdecl("peerid_config_free")
public func configFree(_ config: ConfigHandle?) {
  free(config, as: ConfigObject.self)
}
