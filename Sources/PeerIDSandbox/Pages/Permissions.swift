internal import PeerID

/// The authorization page: sign in, see what the app wants, allow or deny.
extension SandboxState {
  /// The checked parameters of the page's URL.
  private struct Application {
    let app: Fixture.App
    let redirectURI: String
    let state: String?
  }

  /// `GET /permissions`.
  func showPermissions(_ request: HTTPRequest) -> HTTPAnswer {
    switch application(request) {
    case .success(let application): PermissionsPage.signIn(app: application.app, message: nil)
    case .failure(let problem): PermissionsPage.problem(problem.text)
    }
  }

  /// `POST /permissions`: the sign-in form, the consent form, or both at once.
  mutating func submitPermissions(_ request: HTTPRequest, _ body: JSONValue?, sequence: UInt64) -> HTTPAnswer {
    let application: Application
    switch self.application(request) {
    case .success(let found): application = found
    case .failure(let problem): return PermissionsPage.problem(problem.text)
    }
    let decision = body?["decision"]?.string
    if decision == "deny" {
      // *Cancel* on the real page does nothing: the browser stays there.
      guard settings.cancelRedirects else { return PermissionsPage.signIn(app: application.app, message: nil) }
      return Self.redirect(application, "error=access_denied")
    }

    if let name = body?["ticket"]?.string {
      guard let ticket = consentTickets.removeValue(forKey: name), ticket.clientID == application.app.clientID,
        ticket.redirectURI == application.redirectURI
      else { return PermissionsPage.signIn(app: application.app, message: "Please sign in again.") }
      return allow(application, userID: ticket.userID, sequence: sequence)
    }

    let login = body?["login"]?.string ?? ""
    let password = body?["password"]?.string ?? ""
    guard let userID = userID(login: login), let user = user(id: userID), user.password?.isSame(as: password) == true
    else {
      let message = "Invalid email/username or password"
      return PermissionsPage.signIn(app: application.app, login: login, message: message)
    }
    guard user.hasPermission else {
      let message = "Permission does not exist for this user"
      return PermissionsPage.signIn(app: application.app, login: login, message: message)
    }
    if decision == "allow" { return allow(application, userID: userID, sequence: sequence) }
    let ticket = Identifiers.hex(32)
    consentTickets[ticket] = ConsentTicket(
      userID: userID,
      clientID: application.app.clientID,
      redirectURI: application.redirectURI,
      state: application.state
    )
    return PermissionsPage.consent(app: application.app, user: user, ticket: ticket)
  }

  private mutating func allow(_ application: Application, userID: Int, sequence: UInt64) -> HTTPAnswer {
    let party = Party(userID: userID, clientID: application.app.clientID)
    guard let user = user(id: userID) else { return PermissionsPage.signIn(app: application.app, message: nil) }
    let isLimited = user.joinAnswer == .limited
    if authorities[party] == nil,
      let problem = authorityLimitProblem(userID, party.clientID, isLimited: isLimited)
    {
      return PermissionsPage.problem(problem)
    }
    if settings.chainRefusal != nil || user.joinAnswer == .refused {
      return PermissionsPage.problem("server side error")
    }
    if user.joinAnswer == .full {
      return PermissionsPage.problem("Max operations that can be linked to this user reached")
    }
    join(party)
    return Self.redirect(application, "code=" + issueCode(party))
  }

  private struct Problem: Error {
    let text: String
  }

  private func application(_ request: HTTPRequest) -> Result<Application, Problem> {
    let query = NestedParameters.parse(request.query).root
    guard let text = query["client_id"]?.string else {
      return .failure(Problem(text: "The address has no client_id."))
    }
    guard let clientID = Int(text), let app = apps[clientID] else {
      return .failure(Problem(text: "There is no app with the client id \(text)."))
    }
    guard let redirectURI = query["redirect_uri"]?.string else {
      return .failure(Problem(text: "The address has no redirect_uri."))
    }
    guard isRegistered(redirectURI, of: app) else {
      return .failure(Problem(text: "\(redirectURI) is not registered as a redirect URI of \(app.name)."))
    }
    return .success(Application(app: app, redirectURI: redirectURI, state: query["state"]?.string))
  }

  /// Redirects the browser to the app. Like the real page, it appends `?` even if the URL already has one.
  private static func redirect(_ application: Application, _ parameters: String) -> HTTPAnswer {
    var location = application.redirectURI + "?" + parameters
    if let state = application.state { location += "&state=" + PercentEncoding.encode(state) }
    var answer = HTTPAnswer.html(302, "")
    answer.headers = [("Location", location), ("Cache-Control", "no-store")]
    return answer
  }
}
