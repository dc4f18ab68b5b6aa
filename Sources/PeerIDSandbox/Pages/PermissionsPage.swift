internal import PeerID

/// The HTML of the authorization page. Every value that comes from outside is escaped; there are no scripts.
enum PermissionsPage {
  /// The form for signing in.
  static func signIn(app: Fixture.App, login: String = "", message: String?) -> HTTPAnswer {
    page(
      200,
      title: "Sign in",
      """
      <h1>Sign in to PeerID</h1>
      <p><strong>\(escaped(app.name))</strong> wants to act for you.</p>
      \(message.map { "<p class=\"message\" role=\"alert\">\(escaped($0))</p>" } ?? "")
      <form method="post">
        <label>Username or e-mail
          <input name="login" value="\(escaped(login))" autocomplete="username" autofocus required></label>
        <label>Password
          <input name="password" type="password" autocomplete="current-password" required></label>
        <p class="buttons">
          <button type="submit">Sign in</button>
          <button type="submit" name="decision" value="deny" class="quiet" formnovalidate>Cancel</button>
        </p>
      </form>
      """
    )
  }

  /// The page that asks whether the app may act for the user.
  static func consent(app: Fixture.App, user: Fixture.User, ticket: String) -> HTTPAnswer {
    let operations = app.operations.map { "<li><code>\(escaped($0))</code></li>" }.joined(separator: "\n")
    let wish = app.operations.isEmpty ? "to know who you are; it has no operations" : "to do this in your name"
    return page(
      200,
      title: "Permissions",
      """
      <h1>Allow \(escaped(app.name))?</h1>
      <p>You are signed in as <strong>\(escaped(user.username))</strong> (\(escaped(user.account))).
        The app wants \(wish):</p>
      <ul>
      \(operations)
      </ul>
      <form method="post">
        <input type="hidden" name="ticket" value="\(escaped(ticket))">
        <p class="buttons">
          <button type="submit" name="decision" value="allow">Allow</button>
          <button type="submit" name="decision" value="deny" class="quiet">Deny</button>
        </p>
      </form>
      """
    )
  }

  /// The page for an invalid URL, which does not redirect, because the redirect URI is not trusted.
  static func problem(_ text: String) -> HTTPAnswer {
    page(400, title: "Invalid request", "<h1>Invalid request</h1>\n<p class=\"message\">\(escaped(text))</p>")
  }

  /// `text` with the special characters of HTML escaped.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private static func page(_ status: Int, title: String, _ content: String) -> HTTPAnswer {
    var answer = HTTPAnswer.html(
      status,
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title) · PeerID sandbox</title>
      <link rel="icon" href="data:,">
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #eef2f5; margin: 0; padding: 3rem 1rem; }
      main { max-width: 36rem; margin: auto; padding: 2rem; background: #fff; border-radius: .5rem;
        box-shadow: 0 1px 4px #0003; }
      h1 { font-size: 1.4rem; margin-top: 0; }
      label { display: block; margin-bottom: 1rem; }
      input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin-top: .25rem; }
      ul { columns: 2; column-gap: 1rem; padding-left: 1.2rem; font-size: .85rem; overflow-wrap: anywhere; }
      button { font: inherit; padding: .5rem 1.25rem; border: 1px solid #1769aa; border-radius: .25rem;
        background: #1769aa; color: #fff; }
      button.quiet { background: #fff; color: #1769aa; }
      .buttons { display: flex; gap: .75rem; margin-bottom: 0; }
      .message { padding: .5rem .75rem; background: #fdecea; color: #8a1c12; border-radius: .25rem; }
      footer { max-width: 36rem; margin: 1rem auto; font-size: .8rem; color: #5b6b7a; text-align: center; }
      </style>
      </head>
      <body>
      <main>
      \(content)
      </main>
      <footer>A local sandbox. Nothing here reaches a chain.</footer>
      </body>
      </html>
      """
    )
    answer.headers = [("Cache-Control", "no-store")]
    return answer
  }
}
