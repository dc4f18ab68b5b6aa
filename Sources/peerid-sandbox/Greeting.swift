import PeerIDSandbox

/// The text that the program prints when the sandbox has started.
enum Greeting {
  static func text(_ sandbox: Sandbox, fixture: Fixture) -> String {
    let url = sandbox.url
    var lines = [
      "PeerID sandbox is listening on \(url). Open it in a browser to see its state.",
      "",
      "Authorization page",
      "  " + authorizationPage(sandbox, fixture),
      "",
      "Users",
    ]
    for user in fixture.users {
      let mobile = user.mobile.map { ", mobile \($0)" } ?? ""
      let permission = user.hasPermission ? "" : ", without permission to sign in"
      lines.append(
        "  \(user.username) / \(user.password ?? "no password") (\(user.email ?? "no e-mail")\(mobile)), "
          + "account \(user.account) \(user.accountName)\(permission)"
      )
    }
    lines += ["", "Apps"]
    for app in fixture.apps {
      let signing = app.signingRequestRequired ? ", operations need confirmation" : ""
      lines.append("  \(app.clientID) \(app.name), secret \(app.clientSecret), \(operations(app))\(signing)")
      for uri in app.redirectURIs { lines.append("      redirects to \(uri)") }
    }
    if fixture.settings.allowsLoopbackRedirects { lines.append("  Each may also redirect to any loopback address.") }
    lines += ["", "Tokens"]
    for token in fixture.tokens {
      let expired = token.expiresInMilliseconds < 0 ? ", expired" : ""
      lines.append("  \(token.username) with app \(token.clientID)\(expired)")
      lines.append("      access token  \(token.accessToken)")
      lines.append("      refresh token \(token.refreshToken)")
    }
    if !fixture.codes.isEmpty { lines += ["", "Authorization codes"] }
    for code in fixture.codes { lines.append("  \(code.username) with app \(code.clientID): \(code.code)") }
    if !fixture.settings.requiresSessionCookie {
      lines += [
        "", "Transaction tokens are issued without a session cookie (--without-session-cookie). The real server",
        "answers 500 to an app that sends none.",
      ]
    }
    lines += ["", "Controls are under \(url)/sandbox/ (docs/sandbox.md). Stop with Ctrl-C."]
    return lines.joined(separator: "\n")
  }

  private static func authorizationPage(_ sandbox: Sandbox, _ fixture: Fixture) -> String {
    guard let app = fixture.apps.first else { return sandbox.authorizationPage }
    let callback = "\(sandbox.url)/callback"
    return "\(sandbox.authorizationPage)?client_id=\(app.clientID)&redirect_uri=\(callback)&state=demo"
  }

  private static func operations(_ app: Fixture.App) -> String {
    switch app.operations.count {
    case 0: "no operations"
    case 1...6: app.operations.joined(separator: ", ")
    default: "\(app.operations.count) operations"
    }
  }
}
