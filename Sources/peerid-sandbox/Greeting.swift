import PeerIDSandbox

/// What a person reads when the sandbox has started.
enum Greeting {
  static func text(url: String, fixture: Fixture) -> String {
    var lines = [
      "PeerID sandbox is listening on \(url)",
      "",
      "Authorization page",
      "  " + authorizationPage(url, fixture),
      "",
      "Users",
    ]
    for user in fixture.users {
      let mobile = user.mobile.map { ", mobile \($0)" } ?? ""
      let permission = user.hasPermission ? "" : ", without the permission to sign in"
      lines.append(
        "  \(user.username) / \(user.password) (\(user.email)\(mobile)), account \(user.account)\(permission)"
      )
    }
    lines += ["", "Apps"]
    for app in fixture.apps {
      let signing = app.signingRequestRequired ? ", operations need a confirmation" : ""
      lines.append("  \(app.clientID) \(app.name), secret \(app.clientSecret), \(operations(app))\(signing)")
      for uri in app.redirectURIs { lines.append("      redirects to \(uri)") }
    }
    lines += ["", "Tokens"]
    for token in fixture.tokens {
      let expired = token.expiresInMilliseconds < 0 ? ", expired" : ""
      lines.append("  \(token.username) with app \(token.clientID)\(expired)")
      lines.append("      access token  \(token.accessToken)")
      lines.append("      refresh token \(token.refreshToken)")
    }
    if !fixture.codes.isEmpty { lines += ["", "Authorization codes"] }
    for code in fixture.codes { lines.append("  \(code.username) with app \(code.clientID): \(code.code)") }
    lines += ["", "Controls are under \(url)/sandbox/ (docs/sandbox.md). Stop with Ctrl-C."]
    return lines.joined(separator: "\n")
  }

  private static func authorizationPage(_ url: String, _ fixture: Fixture) -> String {
    guard let app = fixture.apps.first(where: { !$0.redirectURIs.isEmpty }) else { return "\(url)/permissions" }
    return "\(url)/permissions?client_id=\(app.clientID)&redirect_uri=\(app.redirectURIs[0])&state=demo"
  }

  private static func operations(_ app: Fixture.App) -> String {
    switch app.operations.count {
    case 0: "no operations"
    case 1...6: app.operations.joined(separator: ", ")
    default: "\(app.operations.count) operations"
    }
  }
}
