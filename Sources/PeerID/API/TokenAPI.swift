/// The three calls that return tokens: log in, exchange, refresh.
struct TokenAPI: Sendable {
  private let configuration: Configuration
  private let endpoints: Endpoints
  private let transport: Transport
  private let headers: HeaderList
  let secret: ClientSecret

  init(configuration: Configuration, endpoints: Endpoints, transport: Transport) {
    self.configuration = configuration
    self.endpoints = endpoints
    self.transport = transport
    secret = ClientSecret(configuration.clientSecret)
    let type = configuration.options.parameterStyle == .json ? "json" : "x-www-form-urlencoded"
    headers = HeaderList([Bytes("Content-Type: application/\(type)"), Bytes("Expect:")], next: .answer)
  }

  /// Logs a user in with a password, a mobile number or both. The server returns the stored tokens, which may have
  /// expired. Logging in twice is safe.
  func logIn(_ credentials: Credentials, context: CallContext) throws(PeerIDError) -> Token {
    var parameters = Parameters()
    parameters.add("login", credentials.login)
    if let password = credentials.password { parameters.add("password", password) }
    if let mobile = credentials.mobile { parameters.add("mobile", mobile) }
    parameters.add("client_id", Bytes(configuration.clientID))
    if let token = try send(parameters, to: endpoints.token, .logIn, context: context) {
      return token.identified { $0.user = credentials.userName }
    }
    throw PeerIDError(
      .rejected,
      .notDone,
      "the server holds no token for this user: the user joined the app on the web page and its code was never "
        + "exchanged. Send the user through the authorization code flow once: authorization URL, then exchange",
      httpStatus: 200
    )
  }

  /// Exchanges an authorization code for new tokens.
  func exchange(code: Bytes, context: CallContext) throws(PeerIDError) -> Token {
    var parameters = Parameters()
    parameters.add("code", code)
    parameters.add("client_id", Bytes(configuration.clientID))
    parameters.add("client_secret", try requiredSecret(for: "exchanging an authorization code"))
    return try required(try send(parameters, to: endpoints.exchange, .exchange, context: context))
  }

  /// Gets a new token pair (access and refresh token) for a refresh token. The server answers, saves the new pair soon
  /// afterwards, and from then on refuses the old pair.
  func refresh(_ refreshToken: Bytes, context: CallContext) throws(PeerIDError) -> Token {
    var parameters = Parameters()
    parameters.add("refresh_token", refreshToken)
    parameters.add("client_id", Bytes(configuration.clientID))
    parameters.add("client_secret", try requiredSecret(for: "refreshing a token"))
    return try required(try send(parameters, to: endpoints.refresh, .refresh, context: context))
  }

  /// The client secret. If there is none, the error says that `purpose` needs one.
  func requiredSecret(for purpose: String) throws(PeerIDError) -> Bytes {
    guard let secret = secret.current else {
      throw PeerIDError(.configuration, "\(purpose) needs the client secret, and the configuration has none")
    }
    return secret
  }

  private func required(_ token: Token?) throws(PeerIDError) -> Token {
    guard let token else { throw Answer.malformed(TokenReader.Malformed(reason: "is not a JSON object")) }
    return token
  }

  /// Sends a token call and returns the token in the answer; `nil` when the server has no token for the user.
  private func send(
    _ parameters: Parameters,
    to url: Bytes,
    _ kind: RequestKind,
    context: CallContext
  ) throws(PeerIDError) -> Token? {
    let style = configuration.options.parameterStyle
    let request = HTTPRequest(
      kind: kind,
      url: style == .query ? parameters.urlEncoded(behind: url) : url,
      headers: headers,
      body: style == .query ? Bytes("") : style == .json ? parameters.json() : parameters.urlEncoded(),
      secrets: parameters.secrets
    )
    return try transport.send(request, context: context) { outcome in
      let result = Answer.token(of: outcome, to: kind) { error in explained(error, parameters.names, style) }
      // Failed refreshes are logged by the session.
      if kind != .refresh, case .failure(let error) = result, error.isWorthLogging {
        configuration.report(error, in: kind.rawValue)
      }
      return result
    }.get()
  }

  /// Adds a hint if the server reports a parameter as missing that was sent: the server expects another style of
  /// parameters.
  private func explained(_ error: PeerIDError, _ sent: [String], _ style: Options.ParameterStyle) -> PeerIDError {
    guard error.httpStatus == 400,
      let missed = sent.first(where: { error.detail(of: $0)?.string?.ends(with: "is required") ?? false })
    else { return error }
    let others = style == .form ? "query or json" : style == .json ? "form or query" : "form or json"
    return error.adding(
      " – but '\(missed)' was sent with parameters=\(style.rawValue); this server wants parameters=\(others)"
    )
  }
}
