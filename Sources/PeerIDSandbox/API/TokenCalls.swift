internal import PeerID

/// The three calls that issue tokens. Like the server, each first checks the format of all fields, and then checks the
/// database step by step. The answer contains only the errors of the first step that fails.
extension SandboxState {
  /// `POST /auth/token`: signs in with a password, a mobile number, or both.
  mutating func signIn(_ body: JSONValue?, sequence: UInt64) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let login = fields.string("login")
    let password = fields.optionalString("password")
    let mobile = fields.optionalString("mobile")
    let clientID = Int(fields.integer("client_id"))
    try fields.finish()
    let (userID, user) = try knownUser(login, password, mobile)
    guard user.hasPermission else {
      throw Refusal(401, ["login": "Permission does not exist for this user"])
    }
    guard apps[clientID] != nil else { throw Refusal(400, ["client_id": "App does not exist"]) }
    guard user.accepts(password: password, mobile: mobile) else {
      throw Refusal(400, ["login": "Invalid email/username or password"])
    }
    let party = Party(userID: userID, clientID: clientID)
    if let granted = authorities[party], !granted.isEmpty {
      // A user who joined on the web page but never exchanged the code has no token pair: the result is null.
      return tokens.latestPair(userID: userID, clientID: clientID)?.literal ?? .null
    }
    if apps[clientID]?.operations.isEmpty == true, let pair = tokens.latestPair(userID: userID, clientID: clientID) {
      // A user cannot join an app without operations, so this token pair comes from the fixture.
      return pair.literal
    }
    let code = try joinedCode(party, user, sequence: sequence)
    return try createTokens(code, sequence: sequence).newLiteral
  }

  /// Finds the user who signs in. This check is the first one, as in the server.
  func knownUser(
    _ login: String,
    _ password: String?,
    _ mobile: String?
  ) throws(Refusal) -> (id: Int, user: Fixture.User) {
    guard let id = userID(login: login), let user = user(id: id) else {
      throw Refusal(400, ["login": "User not found"])
    }
    guard password != nil || mobile != nil else {
      let message: JSONLiteral = "Either mobile or password is required"
      throw Refusal(400, ["mobile": message, "password": message])
    }
    return (id, user)
  }

  /// `POST /auth/exchange`: issues a token pair for a code. A repeated exchange issues another token pair.
  mutating func exchange(_ body: JSONValue?, sequence: UInt64) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let code = fields.string("code")
    let clientID = Int(fields.integer("client_id"))
    let secret = fields.string("client_secret")
    try fields.finish()
    try requireSecret(secret, of: clientID)
    guard let place = codes.index(forKey: code), codes[place].key.isSame(as: code) else {
      throw Refusal(400, ["code": "invalid code"])
    }
    let grant = codes[place].value
    guard grant.clientID == clientID else { throw Refusal(400, ["code": "code doesn't belong to this app"]) }
    return try createTokens(code, sequence: sequence).newLiteral
  }

  /// `POST /auth/refreshtoken`: answers with a new token pair, which replaces the old one a little later.
  mutating func refresh(_ body: JSONValue?, sequence: UInt64) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let refreshToken = fields.string("refresh_token")
    let clientID = Int(fields.integer("client_id"))
    let secret = fields.string("client_secret")
    try fields.finish()
    try requireSecret(secret, of: clientID)
    guard var pair = tokens.pair(refreshToken: refreshToken), pair.clientID == clientID else {
      throw Refusal(400, ["refresh_token": "invalid refresh token"])
    }
    try renewAuthorities(Party(userID: pair.userID, clientID: clientID), sequence: sequence)
    pair.accessToken = Identifiers.token()
    pair.refreshToken = Identifiers.token()
    pair.updatedAt = now
    pair.expires = pair.updatedAt + settings.tokenLifetime
    if settings.saveDelay == 0 {
      tokens.save(pair)
    } else {
      tokens.save(pair, due: PeerID.Clock.monotonicMicroseconds() + Int64(settings.saveDelay) * 1_000)
    }
    return pair.literal
  }

  private func requireSecret(_ secret: String, of clientID: Int) throws(Refusal) {
    guard apps[clientID]?.clientSecret.isSame(as: secret) == true else {
      throw Refusal(400, ["client_id": "client_id or client_secret invalid"])
    }
  }

  /// The code of a user who joins an app: an existing code that has not been exchanged, or a new one. For a new code
  /// the user's authorities are created on the chain.
  mutating func joinedCode(_ party: Party, _ user: Fixture.User, sequence: UInt64) throws(Refusal) -> String {
    let waiting = codes.first {
      $0.value.isActive && $0.value.userID == party.userID && $0.value.clientID == party.clientID
    }
    if let waiting { return waiting.key }
    let refusal = Refusal(400, ["user": "Max operations that can be linked to this user reached"])
    switch user.joinAnswer {
    case .allowed, .limited: break
    case .refused: throw .serverError
    case .full: throw refusal
    }
    do throws(Chain.Refusal) {
      let operations = apps[party.clientID]?.operations ?? []
      try changeAuthorities("custom_account_authority_create", of: party, operations, sequence: sequence)
    } catch {
      if error.message.contains("rbac_max_authorities_per_permission") { throw refusal }
      throw .serverError
    }
    join(party)
    return makeCode(party)
  }

  /// Issues a token pair for a code. Renews expired authorities first; without authorities there is no token pair.
  private mutating func createTokens(_ code: String, sequence: UInt64) throws(Refusal) -> TokenPair {
    guard let grant = codes[code] else { throw .serverError }
    let party = Party(userID: grant.userID, clientID: grant.clientID)
    guard let granted = authorities[party], let expiry = granted.values.first else { throw .serverError }
    if expiry < now { try renewAuthorities(party, sequence: sequence) }
    codes[code]?.isActive = false
    return issueTokens(party, codeID: grant.id)
  }

  /// Renews a user's authorities on the chain. The server does not report why the chain refuses.
  private mutating func renewAuthorities(_ party: Party, sequence: UInt64) throws(Refusal) {
    let granted = authorities[party] ?? [:]
    do throws(Chain.Refusal) {
      let operations = Array(granted.keys)
      try changeAuthorities("custom_account_authority_update", of: party, operations, sequence: sequence)
    } catch {
      throw .serverError
    }
    let expiry = now + settings.tokenLifetime
    authorities[party] = granted.mapValues { _ in expiry }
  }
}

extension Fixture.User {
  /// Whether these are the user's credentials. A user without a password cannot sign in with a password.
  func accepts(password: String?, mobile: String?) -> Bool {
    let isRightPassword = password.map { self.password?.isSame(as: $0) == true } ?? true
    let isRightMobile = mobile.map { MobileNumber.normalized($0) == self.mobile.map(MobileNumber.normalized) } ?? true
    return isRightPassword && isRightMobile
  }
}
