/// Client configuration: the server, the application's credentials, and options by name.
///
/// A configuration is a value: a client copies it, so later changes do not affect the client.
public struct Configuration: Sendable {
  /// The server, such as `https://peerid.peerplays.download`.
  public let baseURL: String
  /// The application's id, a number in decimal.
  public let clientID: String
  let clientSecret: Bytes?
  var options = Options()
  var log = Log.silent
  var isInterrupted: (@Sendable () -> Bool)?
  var store: SessionStore?
  var relogin: (@Sendable (_ key: String?) -> Credentials?)?

  /// Creates a configuration for an application on a PeerID server.
  ///
  /// - Parameters:
  ///   - baseURL: scheme, host and optional port and path of the server, without `/api/v1`.
  ///   - clientID: the application's id, a number in decimal.
  ///   - clientSecret: the application's secret. Without it users can log in with a password, but codes cannot be
  ///     exchanged and tokens cannot be refreshed.
  /// - Throws: `invalidArgument` when the id is not a number or the secret is empty.
  public init(baseURL: String, clientID: String, clientSecret: String? = nil) throws(PeerIDError) {
    guard !baseURL.isEmpty else { throw PeerIDError(.invalidArgument, "base_url is empty: give https://host") }
    guard Self.isApplicationID(clientID) else {
      // The id is not shown, because it may be the secret, passed by mistake.
      throw PeerIDError(
        .invalidArgument,
        "client_id is not the number of an application: pass its secret as client_secret, not as client_id"
      )
    }
    if let clientSecret, clientSecret.isEmpty {
      throw PeerIDError(.invalidArgument, "client_secret is empty: leave it out if there is none")
    }
    self.baseURL = baseURL
    self.clientID = clientID
    self.clientSecret = clientSecret.map { Bytes($0, wipes: true) }
  }

  private static func isApplicationID(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0.isDigit } && Int64(decimal: text) != nil
  }

  /// Sets an option by its name; `docs/reference/options.md` lists all options.
  ///
  /// - Parameters:
  ///   - name: the option's name, such as `request_timeout_ms`.
  ///   - value: its value as text.
  /// - Throws: `configuration` for an unknown name (the error suggests a similar one) or an invalid value.
  public mutating func set(_ name: String, _ value: String) throws(PeerIDError) {
    try OptionTable.set(name, to: value, in: &options)
  }

  /// Sets the log callback. Log lines never contain a token or a password.
  ///
  /// - Parameter handler: called on the thread on which the event happens, which may be one of the library's own; it
  ///   must return quickly and must not call the library.
  public mutating func setLogHandler(_ handler: @escaping @Sendable (LogLevel, String) -> Void) {
    log = Log(handler: handler)
  }

  /// Sets a function that a waiting call calls about every 50 to 1000 ms to check whether it should end.
  ///
  /// - Parameter isInterrupted: called on the thread of the waiting call; `true` ends the call with `cancelled`.
  public mutating func setInterruptHandler(_ isInterrupted: @escaping @Sendable () -> Bool) {
    self.isInterrupted = isInterrupted
  }

  /// Sets the store for sessions with a key.
  ///
  /// - Parameter store: the store; clients and processes may share one.
  public mutating func setStore(_ store: SessionStore) {
    self.store = store
  }

  /// Allows the library to log a user in again when the refresh token is no longer valid or a refresh got no answer.
  /// The login returns the current pair of tokens. The library does this only with such a handler or with the option
  /// `relogin=keep`. Otherwise a session whose refresh token is refused ends; after a lost answer its access token
  /// stays in use.
  ///
  /// - Parameter credentials: returns the credentials for the session with this key (`nil`: a session without a key),
  ///   or `nil` to continue as without a handler. Called on a thread of the library; may block.
  public mutating func setReloginHandler(_ credentials: @escaping @Sendable (_ key: String?) -> Credentials?) {
    relogin = credentials
  }
}

extension Configuration {
  /// Logs an event on one line, with the names of the application and the session.
  func report(_ level: LogLevel, of session: String? = nil, _ message: @autoclosure () -> String) {
    guard let handler = log.handler else { return }
    let session = session.map { OneLine.text($0) + ", " } ?? ""
    handler(level, "\(OneLine.text(message())) (\(session)application \(clientID))")
  }

  /// Logs the error of a call in the same way.
  @inline(never)
  func report(_ error: PeerIDError, of session: String? = nil, in call: String) {
    report(.warning, of: session, "\(call): \(error)")
  }
}
