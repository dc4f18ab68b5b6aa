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

  /// Describes an application on a PeerID server.
  ///
  /// - Parameters:
  ///   - baseURL: scheme, host and optional port and path of the server, without `/api/v1`.
  ///   - clientID: the application's id, a number in decimal.
  ///   - clientSecret: the application's secret. Without it a user can log in with a password, but no code can be
  ///     exchanged and no token refreshed.
  /// - Throws: `invalidArgument` when the id is not a number or the secret is empty.
  public init(baseURL: String, clientID: String, clientSecret: String? = nil) throws(PeerIDError) {
    guard !baseURL.isEmpty else { throw PeerIDError(.invalidArgument, "base_url is empty: give https://host") }
    guard Self.isApplicationID(clientID) else {
      // The secret may have been passed in place of the id.
      let shown = clientID.utf8.count <= 16 && !Self.isApplicationID(clientSecret ?? "") ? " '\(clientID)'" : ""
      throw PeerIDError(
        .invalidArgument,
        "client_id\(shown) is not the number of an application: pass its secret as client_secret, not as client_id"
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
    !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && Int64(text) != nil
  }

  /// Sets an option by its name; `OptionTable` in the documentation lists them all.
  ///
  /// - Parameters:
  ///   - name: the option's name, such as `request_timeout_ms`.
  ///   - value: its value as text.
  /// - Throws: `configuration` for a name that does not exist (the error suggests one) or an invalid
  ///   value.
  public mutating func set(_ name: String, _ value: String) throws(PeerIDError) {
    try OptionTable.set(name, to: value, in: &options)
  }

  /// Sets the log callback. Log lines never contain a token or a password.
  ///
  /// - Parameter handler: called on the thread on which the event happens, also on the library's own; it must return
  ///   soon and must not call the library.
  public mutating func setLogHandler(_ handler: @escaping @Sendable (LogLevel, String) -> Void) {
    log = Log(handler: handler)
  }

  /// Sets a function that is asked, about every 50 to 1000 ms, whether a waiting call should be given up.
  ///
  /// - Parameter isInterrupted: called on the thread of the waiting call; `true` ends the call with `cancelled`.
  public mutating func setInterruptHandler(_ isInterrupted: @escaping @Sendable () -> Bool) {
    self.isInterrupted = isInterrupted
  }

  /// Sets where sessions with a key are kept.
  ///
  /// - Parameter store: the store; clients and processes may share one.
  public mutating func setStore(_ store: SessionStore) {
    self.store = store
  }

  /// Allows the library to log a user in again when the session is over or the answer to a refresh was lost: the
  /// server then hands out the pair that is current. Off unless this or the option `relogin=keep` is set.
  ///
  /// - Parameter credentials: gives the credentials for the session with this key (`nil`: one without a key), or
  ///   `nil` to let the session end. Called on a thread of the library; may block.
  public mutating func setReloginHandler(_ credentials: @escaping @Sendable (_ key: String?) -> Credentials?) {
    relogin = credentials
  }
}

extension Configuration {
  /// Logs an event with the application, and the session that it is about, on one line.
  func report(_ level: LogLevel, of session: String? = nil, _ message: @autoclosure () -> String) {
    if let handler = log.handler { handler(level, line(of: session, message())) }
  }

  private func line(of session: String?, _ message: String) -> String {
    let session = session.map { OneLine.text($0) + ", " } ?? ""
    return "\(OneLine.text(message)) (\(session)application \(clientID))"
  }
}
