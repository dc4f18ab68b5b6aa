import ArgumentParser
import Glibc
import PeerID

/// `peerid login`
struct LogIn: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Log a user in and save the session.",
    discussion: """
      Asks for the password at the terminal. Logging in again is safe: the server returns the same session. With \
      --web the user gives consent on a page of the server, and USER is only the name of the saved session.
      """
  )

  @Argument(help: ArgumentHelp("The user name or e-mail address; the default is to ask for it.", valueName: "user"))
  var name: String?

  @Option(help: ArgumentHelp("A mobile number to log in with, instead of a password.", valueName: "number"))
  var mobile: String?

  @Flag(help: "Read the password from the first line of standard input.")
  var passwordStdin = false

  @Flag(help: "With --mobile, also ask for the password; the server checks both.")
  var password = false

  @Flag(help: "Let the user give consent on a page of the server.")
  var web = false

  @Option(
    help: ArgumentHelp(
      "The URI to which the browser is redirected after consent; also 'redirect_uri' in the profile.",
      discussion: """
        On http://127.0.0.1 or http://localhost the command receives the redirect itself. Otherwise, paste the address \
        of the page to which the browser was redirected.
        """,
      valueName: "uri"
    )
  )
  var redirectUri: String?

  @Flag(help: "Do not open a browser.")
  var noBrowser = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if web, mobile != nil || passwordStdin || password {
      throw ValidationError("--web cannot be used with a password or mobile number: the server's page asks for them")
    }
    if !web, redirectUri != nil || noBrowser {
      throw ValidationError("--redirect-uri and --no-browser need --web")
    }
  }

  func run() throws {
    let workspace = try Workspace(common)
    let given = name ?? workspace.settings.user
    if web {
      let consent = WebConsent(workspace: workspace, redirectURI: redirectUri ?? workspace.settings.redirectURI)
      let (key, session) = try consent.run(user: given, opensBrowser: !noBrowser)
      return report(SessionDescription(key: key, token: session.token), "logged in", common)
    }
    let user = try given ?? Prompt.line("User name or e-mail")
    var secret: String?
    if passwordStdin {
      guard let line = LineReader.line(from: STDIN_FILENO), !line.isEmpty else {
        throw Failure(.usage, "standard input contains no password")
      }
      secret = line
    } else if mobile == nil || password {
      secret = try Prompt.secret("Password of \(user)")
    }
    let key = workspace.key(user)
    let session = try workspace.client.logIn(login: user, password: secret, mobile: mobile, key: key.text)
    // The account is saved with the session, so that `peerid show` sends nothing.
    if let account = try? session.account() { _ = try? session.setAccount(account.id) }
    report(SessionDescription(key: key, token: session.token), "logged in", common)
  }
}
