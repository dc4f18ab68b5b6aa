/// A client for a PeerID server: logs users in, opens stored sessions, and reads the chain.
///
/// A client may be used from any number of threads at once. Its sessions stay usable after the client is released.
public final class Client: Sendable {
  package let engine: CallEngine

  /// Creates a client. Nothing is sent.
  ///
  /// - Parameter configuration: the server, the application and the options.
  /// - Throws: `configuration` when the base URL cannot be used (no scheme, plain HTTP to another machine) or libcurl
  ///   is too old.
  public convenience init(_ configuration: Configuration) throws(PeerIDError) {
    try self.init(configuration, clock: .system)
  }

  convenience init(_ configuration: Configuration, clock: Clock) throws(PeerIDError) {
    self.init(try CallEngine.make(configuration, clock))
    #if !hasFeature(Embedded)
      RuntimeWarmup.runOnce(configuration)
    #endif
  }

  private init(_ engine: CallEngine) {
    self.engine = engine
  }

  deinit {
    _ = engine.environment.abandoning.set()
  }

  /// Logs a user in with a password, a mobile number, or both; the server checks each one that is sent.
  ///
  /// The server returns the user's stored token pair (access and refresh token), which is the same for every caller. If
  /// the access token has expired, this call refreshes the pair before it returns. At a user's first login the server
  /// joins the user to the application on the chain, which takes seconds.
  ///
  /// - Parameters:
  ///   - login: the user name (case-sensitive) or the e-mail address (not case-sensitive).
  ///   - password: the password; `nil` to log in with the mobile number alone.
  ///   - mobile: the mobile number; `nil` to log in with the password alone.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  /// - Returns: a session of the user.
  /// - Throws: `invalidArgument` without a login, or without both password and mobile; `rejected` when the server
  ///   refuses the credentials; `notPermitted` when the user lacks the permission; `store` when the store fails; and
  ///   the errors of any call. Logging in again is always safe.
  public func logIn(
    login: String,
    password: String? = nil,
    mobile: String? = nil,
    key: String? = nil
  ) throws(PeerIDError) -> Session {
    let credentials = Credentials(login: login, password: password, mobile: mobile)
    return try engine.session(of: try logInCall(credentials, key: key))
  }

  package func logInCall(_ credentials: Credentials, key: String?) throws(PeerIDError) -> Call {
    try credentials.check()
    return .logIn { [engine] (context) throws(PeerIDError) in
      .session(
        try engine.opening.begin(key: key, by: .logIn, credentials: credentials, context) { () throws(PeerIDError) in
          try engine.environment.tokens.logIn(credentials, context: context)
        }
      )
    }
  }

  /// Begins the authorization code flow. Send the user's browser to the URL, and store the state in the user's web
  /// session.
  ///
  /// PeerID's consent page appends `?code=…` even to a redirect URI that already has a query.
  /// `exchange(redirect:expectedState:key:)` can read such a URL, but a framework that parses the query finds no code.
  /// The page's *Cancel* button does not redirect. The server accepts redirect URIs of the registered domain only,
  /// never `localhost` or an IP address. A user can grant at most 15 operations to all applications together.
  ///
  /// - Parameter redirectURI: the URI to which the browser is redirected; its domain must be registered for the
  ///   application.
  /// - Returns: the URL and the state.
  /// - Throws: `invalidArgument` when the URI is empty, `internal` when the system's random number generator fails.
  public func authorizationRequest(redirectURI: String) throws(PeerIDError) -> AuthorizationRequest {
    guard !redirectURI.isEmpty else {
      throw PeerIDError(.invalidArgument, "redirect_uri is empty: give the URL to which the browser returns")
    }
    let state = try RandomText.urlSafe()
    let url = engine.endpoints.authorizationPage(
      clientID: engine.configuration.clientID,
      redirectURI: redirectURI,
      state: state
    )
    return AuthorizationRequest(url: url, state: state)
  }

  /// Completes the authorization code flow with the URL to which the user's browser was redirected.
  ///
  /// - Parameters:
  ///   - redirect: the whole URL, or its query. The last `code` counts, even after a second `?`.
  ///   - expectedState: the state of the authorization request.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  /// - Returns: a session of the user.
  /// - Throws: `rejected` when the user did not consent or the server refuses the code; `invalidArgument` when the
  ///   state is wrong or there is no code; `configuration` without a client secret; and the errors of any call.
  public func exchange(redirect: String, expectedState: String, key: String? = nil) throws(PeerIDError) -> Session {
    let redirect = Bytes(redirect, wipes: true)
    return try engine.session(of: try exchangeCall(redirect: redirect, expectedState: expectedState, key: key))
  }

  package func exchangeCall(redirect: Bytes, expectedState: String, key: String?) throws(PeerIDError) -> Call {
    try exchangeCall(code: try AuthorizationRedirect.code(in: redirect, expectedState: expectedState), key: key)
  }

  /// Exchanges an authorization code for a session. The caller must already have compared the state.
  ///
  /// - Parameters:
  ///   - code: the code.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  /// - Returns: a session of the user.
  /// - Throws: as `exchange(redirect:expectedState:key:)`.
  public func exchange(code: String, key: String? = nil) throws(PeerIDError) -> Session {
    try engine.session(of: try exchangeCall(code: Bytes(code, wipes: true), key: key))
  }

  package func exchangeCall(code: Bytes, key: String?) throws(PeerIDError) -> Call {
    guard code.count > 0 else { throw PeerIDError(.invalidArgument, "code is empty: pass the authorization code") }
    return .task(.exchange) { [engine] (context) throws(PeerIDError) in
      .session(
        try engine.opening.begin(key: key, by: .exchange, context) { () throws(PeerIDError) in
          try engine.environment.tokens.exchange(code: code, context: context)
        }
      )
    }
  }

  /// Creates a session from exported tokens or from the server's token JSON. Nothing is sent.
  ///
  /// - Parameters:
  ///   - tokenJSON: what `Session.exportTokens()` wrote; only `access_token` is required.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  /// - Returns: a session.
  /// - Throws: `invalidArgument` when the text is not JSON or holds no usable token; `store` when the store fails.
  public func restore(tokenJSON: String, key: String? = nil) throws(PeerIDError) -> Session {
    try engine.session(of: try restoreCall(tokenJSON: tokenJSON, key: key))
  }

  func restoreCall(tokenJSON: String, key: String?) throws(PeerIDError) -> Call {
    try Bytes(tokenJSON, wipes: true).withBytes { (json) throws(PeerIDError) in
      try restoreCall(tokenJSON: json, key: key)
    }
  }

  package func restoreCall(tokenJSON: UnsafeRawBufferPointer, key: String?) throws(PeerIDError) -> Call {
    let token = try Self.token(in: tokenJSON)
    return .task(.restore) { [engine] (context) throws(PeerIDError) in
      .session(try engine.opening.begin(key: key, by: .restore, context) { token })
    }
  }

  static func token(in tokenJSON: UnsafeRawBufferPointer) throws(PeerIDError) -> Token {
    let result: Result<Token, TokenReader.Malformed>
    do throws(JSONSyntaxError) {
      result = try TokenReader.read(tokenJSON)
    } catch {
      throw PeerIDError(outOfMemory: error)
        ?? PeerIDError(.invalidArgument, "token_json is not JSON (line \(error.line), column \(error.column))")
    }
    switch result {
    case .success(let token): return token
    case .failure(let malformed): throw PeerIDError(.invalidArgument, "token_json \(malformed.reason)")
    }
  }

  /// Opens a stored session. Nothing is sent.
  ///
  /// - Parameter key: the key with which the session was begun.
  /// - Returns: a session. All sessions with this key share their tokens, in all processes.
  /// - Throws: `loginRequired` when the store has no such session; `store` when the store fails or the session is
  ///   damaged; `configuration` without a store.
  public func open(key: String) throws(PeerIDError) -> Session {
    try engine.session(of: try openCall(key: key))
  }

  package func openCall(key: String) throws(PeerIDError) -> Call {
    _ = try engine.opening.place(key)
    return .task(.open) { [engine] (context) throws(PeerIDError) in .session(try engine.opening.open(key: key, context))
    }
  }

  /// Reads the chain through the server. Needs no session.
  ///
  /// - Parameters:
  ///   - api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
  ///   - method: a method of that API of a Peerplays node, such as `get_objects`.
  ///   - parametersJSON: its parameters as a JSON array; every value is sent as text.
  /// - Returns: the node's answer.
  /// - Throws: `invalidArgument` for parameters that cannot be sent to the server (`null`, empty arrays, deep nesting);
  ///   `server` with the node's message when the node refuses; and the errors of any call. Repeating a read is always
  ///   safe, but `network_broadcast` changes the chain: such a call is sent once.
  public func readChain(api: String, method: String, parametersJSON: String = "[]") throws(PeerIDError) -> Response {
    try engine.response(of: try readChainCall(api: api, method: method, parametersJSON: parametersJSON))
  }

  func readChainCall(api: String, method: String, parametersJSON: String) throws(PeerIDError) -> Call {
    try Bytes(parametersJSON).withBytes { (json) throws(PeerIDError) in
      try readChainCall(api: api, method: method, parametersJSON: json)
    }
  }

  package func readChainCall(
    api: String,
    method: String,
    parametersJSON: UnsafeRawBufferPointer
  ) throws(PeerIDError) -> Call {
    .read(try engine.chainRead(api: api, method: method, parameters: parametersJSON))
  }

  /// Closes the client: calls in flight fail with `closed` within a second, later calls at once. May be called twice.
  public func close() {
    engine.close()
  }

  /// Waits until no refresh is running and every new pair of tokens is saved. Close the client first: otherwise this
  /// function also waits for work that begins meanwhile.
  ///
  /// - Parameter timeoutMilliseconds: the longest wait in milliseconds; 0: do not wait.
  /// - Returns: `true` when nothing is pending; `false` on timeout.
  public func flush(timeoutMilliseconds: Int64) -> Bool {
    engine.flush(timeoutMilliseconds: timeoutMilliseconds)
  }
}
