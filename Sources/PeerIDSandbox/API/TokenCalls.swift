internal import PeerID

/// The three calls that hand out tokens.
extension SandboxState {
  /// `POST /auth/token`: signs in with a password, a mobile number, or both.
  mutating func signIn(_ body: JSONValue?) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let login = fields.string("login")
    let password = fields.optionalString("password")
    let mobile = fields.optionalString("mobile")
    let clientID = Int(fields.integer("client_id"))
    if body?["password"] == nil, body?["mobile"] == nil {
      fields.refuse("password", SchemaFault.required.message())
      fields.refuse("mobile", SchemaFault.required.message())
    }
    try fields.finish()

    let userID = userID(login: login)
    if userID == nil { fields.refuse("login", "User not found") }
    if apps[clientID] == nil { fields.refuse("client_id", "App does not exist") }
    try fields.finish()
    guard let userID, let user = user(id: userID) else { throw .serverError }

    let isRightPassword = password == nil || password == user.password
    let isRightMobile = mobile == nil || user.mobile != nil && mobile.map(MobileNumber.normalized) == user.mobile
    guard isRightPassword, isRightMobile else {
      throw Refusal(400, ["login": "Invalid email/username or password"])
    }
    guard user.hasPermission else {
      throw Refusal(401, ["login": "Permission does not exist for this user"])
    }
    let party = Party(userID: userID, clientID: clientID)
    if consents[party] != nil {
      // Whoever joined on the web page and never exchanged the code has no pair: the result is null.
      return tokens.firstPair(userID: userID, clientID: clientID)?.literal ?? .null
    }
    switch user.joinAnswer {
    case .allowed: break
    case .refused: throw .serverError
    case .full: throw Refusal(400, ["user": "Max operations that can be linked to this user reached"])
    }
    join(party)
    return issueTokens(party, codeID: nil).literal
  }

  /// `POST /auth/exchange`: makes another pair for a code, each time.
  mutating func exchange(_ body: JSONValue?) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let code = fields.string("code")
    let clientID = Int(fields.integer("client_id"))
    let secret = fields.string("client_secret")
    try fields.finish()

    let grant = codes[code]
    if let grant {
      if grant.clientID != clientID { fields.refuse("code", "code doesn't belong to this app") }
    } else {
      fields.refuse("code", "invalid code")
    }
    if apps[clientID]?.clientSecret != secret { fields.refuse("client_id", "client_id or client_secret invalid") }
    try fields.finish()
    guard let grant else { throw .serverError }
    return issueTokens(Party(userID: grant.userID, clientID: clientID), codeID: grant.id).literal
  }

  /// `POST /auth/refreshtoken`: answers with a new pair, which takes the place of the old one a little later.
  mutating func refresh(_ body: JSONValue?) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let refreshToken = fields.string("refresh_token")
    let clientID = Int(fields.integer("client_id"))
    let secret = fields.string("client_secret")
    try fields.finish()

    let found = tokens.pair(refreshToken: refreshToken)
    if found?.clientID != clientID { fields.refuse("refresh_token", "invalid refresh token") }
    if apps[clientID]?.clientSecret != secret { fields.refuse("client_id", "client_id or client_secret invalid") }
    try fields.finish()
    guard var pair = found else { throw .serverError }

    pair.accessToken = RandomText.token()
    pair.refreshToken = RandomText.token()
    pair.updatedAt = now
    pair.expires = pair.updatedAt + settings.tokenLifetime
    if settings.saveDelay == 0 {
      tokens.save(pair)
    } else {
      tokens.save(pair, due: Clock.monotonicMicroseconds() + Int64(settings.saveDelay) * 1_000)
    }
    return pair.literal
  }
}
