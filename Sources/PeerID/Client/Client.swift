/// A client for a PeerID server: logs users in, opens stored sessions, and reads the chain.
///
/// A client is immutable and may be used from any number of threads at once. Sessions keep alive what they need of it.
public final class Client: Sendable {
  let engine: CallEngine

  /// Makes a client. Nothing is sent.
  ///
  /// - Parameter configuration: the server, the application and the options.
  /// - Throws: `configuration` when the base URL cannot be used (no scheme, plain HTTP to another machine) or libcurl
  ///   is too old.
  public convenience init(_ configuration: Configuration) throws(PeerIDError) {
    try self.init(configuration, clock: .system)
  }

  init(_ configuration: Configuration, clock: Clock) throws(PeerIDError) {
    engine = try CallEngine.make(configuration, clock)
    RuntimeWarmup.runOnce(configuration)
  }

  deinit {
    _ = engine.environment.abandoning.set()
  }

  /// Logs a user in with a password, a mobile number, or both; the server checks whatever is sent.
  ///
  /// The server answers with the stored pair of tokens, the same for every caller; one that has expired is refreshed
  /// before this call returns. The first log in of a user joins the app on the chain, which takes seconds.
  ///
  /// - Parameters:
  ///   - login: the user name (upper and lower case matter) or the e-mail address (they do not).
  ///   - password: the password, if it is to be checked.
  ///   - mobile: the mobile number, if it is to be checked.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  /// - Returns: a session of the user.
  /// - Throws: `invalidArgument` without a login, or without both password and mobile; `rejected` when the server
  ///   refuses them; `notPermitted` when the user lacks the permission; `store` when the store fails; and the errors
  ///   of any call. Logging in again is always safe.
  public func logIn(
    login: String,
    password: String? = nil,
    mobile: String? = nil,
    key: String? = nil
  ) throws(PeerIDError) -> Session {
    try logIn(Credentials(login: login, password: password, mobile: mobile), key: key)
  }

  package func logIn(_ credentials: Credentials, key: String?) throws(PeerIDError) -> Session {
    try begin(try logInCall(credentials, key: key))
  }

  func logInCall(_ credentials: Credentials, key: String?) throws(PeerIDError) -> Call {
    try credentials.check()
    return .logIn { [engine] (context) throws(PeerIDError) in
      .session(
        try engine.opening.begin(key: key, by: .logIn, credentials: credentials, context) { () throws(PeerIDError) in
          try engine.environment.tokens.logIn(credentials, context: context)
        }
      )
    }
  }

  /// Runs a call that begins a session.
  private func begin(_ call: Call) throws(PeerIDError) -> Session {
    guard case .session(let lease) = try engine.run(call) else {
      throw PeerIDError(.internal, "the call brought no session")
    }
    return Session(lease, engine)
  }

  /// Begins the authorization code flow: send the user's browser to the URL, and keep the state with the user's web
  /// session.
  ///
  /// The real page appends `?code=…` also to a redirect URI that has a query: `exchange(redirect:expectedState:key:)`
  /// reads it, but a framework that parses the query finds no code. Its *Cancel* does not redirect. The server accepts
  /// redirect URIs by their registered domain, and neither `localhost` nor an IP address. A user can grant at most 15
  /// operations over all applications.
  ///
  /// - Parameter redirectURI: where the browser comes back to; its domain must be registered for the application.
  /// - Returns: the URL and the state.
  /// - Throws: `invalidArgument` when the address is empty, `internal` when the system has no random numbers.
  public func authorizationRequest(redirectURI: String) throws(PeerIDError) -> AuthorizationRequest {
    guard !redirectURI.isEmpty else {
      throw PeerIDError(.invalidArgument, "redirect_uri is empty: give the address to which the browser comes back")
    }
    let state = try RandomText.urlSafe()
    let url = engine.endpoints.authorizationPage(
      clientID: engine.configuration.clientID,
      redirectURI: redirectURI,
      state: state
    )
    return AuthorizationRequest(url: url, state: state)
  }

  /// Ends the authorization code flow with the address to which the user's browser came back.
  ///
  /// - Parameters:
  ///   - redirect: the whole address, or its query. The last `code` counts, also behind a second `?`.
  ///   - expectedState: the state of the authorization request.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  /// - Returns: a session of the user.
  /// - Throws: `rejected` when the user did not consent or the server refuses the code; `invalidArgument` when the
  ///   state is another one or there is no code; `configuration` without a client secret; and the errors of any call.
  public func exchange(redirect: String, expectedState: String, key: String? = nil) throws(PeerIDError) -> Session {
    try exchange(redirect: Bytes(redirect, wipes: true), expectedState: expectedState, key: key)
  }

  package func exchange(redirect: Bytes, expectedState: String, key: String?) throws(PeerIDError) -> Session {
    try exchange(code: try AuthorizationRedirect.code(in: redirect, expectedState: expectedState), key: key)
  }

  /// Exchanges an authorization code whose state the caller has compared.
  ///
  /// - Parameters:
  ///   - code: the code.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  /// - Returns: a session of the user.
  /// - Throws: as `exchange(redirect:expectedState:key:)`.
  public func exchange(code: String, key: String? = nil) throws(PeerIDError) -> Session {
    try exchange(code: Bytes(code, wipes: true), key: key)
  }

  package func exchange(code: Bytes, key: String?) throws(PeerIDError) -> Session {
    try begin(try exchangeCall(code: code, key: key))
  }

  func exchangeCall(code: Bytes, key: String?) throws(PeerIDError) -> Call {
    guard code.count > 0 else { throw PeerIDError(.invalidArgument, "code is empty: pass the authorization code") }
    return .task(.exchange) { [engine] (context) throws(PeerIDError) in
      .session(
        try engine.opening.begin(key: key, by: .exchange, context) { () throws(PeerIDError) in
          try engine.environment.tokens.exchange(code: code, context: context)
        }
      )
    }
  }

  /// Makes a session from tokens that were exported before, or from a token object of the server. Nothing is sent.
  ///
  /// - Parameters:
  ///   - tokenJSON: what `Session.exportTokens()` wrote; only `access_token` is required.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  /// - Returns: a session.
  /// - Throws: `invalidArgument` when the text is not JSON or holds no usable token; `store` when the store fails.
  public func restore(tokenJSON: String, key: String? = nil) throws(PeerIDError) -> Session {
    try Bytes(tokenJSON, wipes: true).withBytes { (json) throws(PeerIDError) in
      try restore(tokenJSON: json, key: key)
    }
  }

  package func restore(tokenJSON: UnsafeRawBufferPointer, key: String?) throws(PeerIDError) -> Session {
    try begin(try restoreCall(tokenJSON: tokenJSON, key: key))
  }

  func restoreCall(tokenJSON: UnsafeRawBufferPointer, key: String?) throws(PeerIDError) -> Call {
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
      throw PeerIDError(.invalidArgument, "token_json is not JSON (line \(error.line), column \(error.column))")
    }
    switch result {
    case .success(let token): return token
    case .failure(let malformed): throw PeerIDError(.invalidArgument, "token_json \(malformed.reason)")
    }
  }

  /// Opens a session that the store holds. Nothing is sent.
  ///
  /// - Parameter key: the key with which the session was begun.
  /// - Returns: a session, which shares its tokens with all others of this key in all processes.
  /// - Throws: `loginRequired` when there is none; `store` when the store fails or what it holds is damaged;
  ///   `configuration` without a store.
  public func open(key: String) throws(PeerIDError) -> Session {
    try begin(try openCall(key: key))
  }

  func openCall(key: String) throws(PeerIDError) -> Call {
    _ = try engine.opening.place(key)
    return .task(.open) { [engine] (context) throws(PeerIDError) in .session(try engine.opening.open(key: key, context))
    }
  }

  /// Reads the chain through the server. Needs no session.
  ///
  /// - Parameters:
  ///   - api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
  ///   - method: a method of that API of a Peerplays node, such as `get_objects`.
  ///   - parametersJSON: its parameters as a JSON array; the server is sent every value as text.
  /// - Returns: what the node answered.
  /// - Throws: `invalidArgument` for what the server cannot be sent (`null`, empty arrays, deep nesting); `server`
  ///   with the node's message when the node refuses; and the errors of any call. Reading again is always safe.
  public func readChain(api: String, method: String, parametersJSON: String = "[]") throws(PeerIDError) -> Response {
    try Bytes(parametersJSON).withBytes { (json) throws(PeerIDError) in
      try readChain(api: api, method: method, parametersJSON: json)
    }
  }

  package func readChain(
    api: String,
    method: String,
    parametersJSON: UnsafeRawBufferPointer
  ) throws(PeerIDError) -> Response {
    let call = try chainReadCall(api: api, method: method, parametersJSON: parametersJSON)
    guard case .response(let response) = try engine.run(call) else {
      throw PeerIDError(.internal, "the call brought no response")
    }
    return response
  }

  func chainReadCall(
    api: String,
    method: String,
    parametersJSON: UnsafeRawBufferPointer
  ) throws(PeerIDError) -> Call {
    .read(try engine.chainRead(api: api, method: method, parameters: parametersJSON))
  }

  /// Closes the client: calls in flight end with `closed` within a second, later ones at once. May be called twice.
  public func close() {
    engine.close()
  }

  /// Waits until no refresh is under way and every new pair of tokens is saved. It also waits for work
  /// that begins in the meantime, so close the client first.
  ///
  /// - Parameter timeoutMilliseconds: how long to wait, in milliseconds; 0: not at all.
  /// - Returns: whether nothing is left to be done.
  public func flush(timeoutMilliseconds: Int64) -> Bool {
    engine.flush(timeoutMilliseconds: timeoutMilliseconds)
  }
}
