internal import PeerID

/// The routes of PeerID's own web front end, which use the session cookie. The sandbox implements signing in and out,
/// showing the user, and joining an app; the other routes only check that a user is signed in.
extension SandboxState {
  /// The routes that refuse a request without a session, with their methods.
  private static let signedInOnly: Set<String> = [
    "POST /api/v1/auth/logout", "POST /api/v1/app", "GET /api/v1/apps", "GET /api/v1/app/secret",
    "POST /api/v1/app/join", "GET /api/v1/app", "GET /api/v1/apps/permitted", "POST /api/v1/app/unjoin",
    "POST /api/v1/app/delete", "GET /api/v1/profile", "POST /api/v1/profile/peerplays/create-account",
    "GET /api/v1/users", "GET /api/v1/permission",
  ]

  /// The answer of a front-end route; `nil` for other routes.
  mutating func webAnswer(
    _ request: HTTPRequest,
    _ method: String,
    _ body: JSONValue?,
    sequence: UInt64
  ) throws(Refusal) -> HTTPAnswer? {
    let route = "\(method) \(request.route)"
    if route == "POST /api/v1/auth/sign-in" { return try webSignIn(body) }
    // This route needs a token from an e-mail, which the sandbox does not send.
    if route == "DELETE /api/v1/app" {
      var fields = FieldReader(NestedParameters.parse(request.query).root)
      _ = fields.string("token")
      try fields.finish()
      throw Refusal(400, ["token": "Invalid token"])
    }
    let isUser = method == "GET" && request.route.hasPrefix("/api/v1/users/")
    guard Self.signedInOnly.contains(route) || isUser else { return nil }
    guard let userID = sessionUser(request), let user = user(id: userID) else { throw Refusal(401, "unauthorized") }
    var answer: HTTPAnswer
    switch route {
    case "POST /api/v1/auth/logout":
      sessions = sessions.filter { $0.value != userID }
      return Envelope.success(true)
    case "GET /api/v1/profile": answer = Envelope.success(profile(userID, user))
    case "POST /api/v1/app/join": answer = Envelope.success(try webJoin(body, userID, user, sequence: sequence))
    default: throw .serverError
    }
    answer.headers += cookieHeaders(request)
    return answer
  }

  private mutating func webSignIn(_ body: JSONValue?) throws(Refusal) -> HTTPAnswer {
    var fields = FieldReader(body)
    let login = fields.string("login")
    let password = fields.optionalString("password")
    let mobile = fields.optionalString("mobile")
    try fields.finish()
    let (userID, user) = try knownUser(login, password, mobile)
    guard user.accepts(password: password, mobile: mobile) else {
      throw Refusal(400, ["email": "Invalid email/username or password"])
    }
    let cookie = Identifiers.sessionCookie()
    sessions[cookie] = userID
    var answer = Envelope.success(profile(userID, user))
    answer.headers.append(cookieHeader(cookie))
    return answer
  }

  /// `POST /app/join`, with which the consent page grants an app its operations: at most 15 for all apps together.
  private mutating func webJoin(
    _ body: JSONValue?,
    _ userID: Int,
    _ user: Fixture.User,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    var fields = FieldReader(body)
    let clientID = Int(fields.integer("client_id"))
    let redirectURI = fields.read("redirect_uri") { value throws(SchemaFault) in
      _ = try ScalarType(.uri).check(value)
      return value.string
    }
    try fields.finish()
    guard user.hasPermission else { throw Refusal(401, ["user": "Permission does not exist for this user"]) }
    if let problem = authorityLimitProblem(userID, clientID, isLimited: true) {
      throw Refusal(400, ["user": .string(problem)])
    }
    guard let app = apps[clientID] else { throw Refusal(400, ["client_id": "App does not exist"]) }
    guard let redirectURI = redirectURI ?? nil, isRegistered(redirectURI, of: app) else {
      let problem = "You must supply a redirect_uri that is a domain or url scheme owned by your app"
      throw Refusal(400, ["redirect_uri": .string(problem)])
    }
    return .string(try joinedCode(Party(userID: userID, clientID: clientID), user, sequence: sequence))
  }

  /// Why a user cannot join another app on the consent page; `nil` if the user can.
  func authorityLimitProblem(_ userID: Int, _ clientID: Int, isLimited: Bool) -> String? {
    guard isLimited else { return nil }
    let limit = 15
    let linked = authorities.filter { $0.key.userID == userID }.reduce(0) { $0 + $1.value.count }
    if linked > limit { return "Max operations that can be linked to this user reached" }
    if linked + (apps[clientID]?.operations.count ?? 0) > limit {
      return "Max operations that can be linked to this user will be reached while joining this app"
    }
    return nil
  }

  private func profile(_ userID: Int, _ user: Fixture.User) -> JSONLiteral {
    [
      "id": .integer(Int64(userID)), "username": .string(user.username), "email": .string(user.email ?? ""),
      "mobile": .string(user.mobile ?? ""), "googleName": .null, "facebook": "",
      "peerplaysAccountName": .string(user.accountName), "peerplaysAccountId": .string(user.account),
    ]
  }

  /// The renewed session cookie, whose expiry moves with every request; empty without a session.
  func cookieHeaders(_ request: HTTPRequest) -> [(name: String, value: String)] {
    guard let userID = sessionUser(request) else { return [] }
    let sent = (request.header("Cookie") ?? "").split(separator: ";").compactMap { cookie -> String? in
      let sides = cookie.split(separator: "=", maxSplits: 1)
      return sides.count == 2 && sides[0].drop(while: { $0 == " " }) == "crypto.sid" ? String(sides[1]) : nil
    }
    return sent.first { sessions[$0] == userID }.map { [cookieHeader($0)] } ?? []
  }

  private func cookieHeader(_ cookie: String) -> (name: String, value: String) {
    let days: Int64 = 7
    let expires = TimeText.http(seconds: now / 1_000 + days * 86_400)
    return ("Set-Cookie", "crypto.sid=\(cookie); Path=/; Expires=\(expires); HttpOnly")
  }
}
