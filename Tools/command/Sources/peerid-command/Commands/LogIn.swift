import ArgumentParser
import Glibc
import PeerID

/// `peerid login`
struct LogIn: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Log a user in and keep the session.",
    discussion: """
      Asks for the password at the terminal. Logging in again is safe: the server hands out the same session. With \
      --web the user gives consent on a page of the server, and USER is only the name under which the session is kept.
      """
  )

  @Argument(help: ArgumentHelp("The user name or the e-mail address; asked for when it is missing.", valueName: "user"))
  var name: String?

  @Option(help: ArgumentHelp("A mobile number to log in with, instead of a password.", valueName: "number"))
  var mobile: String?

  @Flag(help: "Read the password from the first line of standard input.")
  var passwordStdin = false

  @Flag(help: "Ask for the password as well as for the mobile number that --mobile gives; the server checks both.")
  var password = false

  @Flag(help: "Let the user give consent on a page of the server.")
  var web = false

  @Option(
    help: ArgumentHelp(
      "Where the browser comes back to after consent; also 'redirect_uri' of the profile.",
      discussion: """
        On http://127.0.0.1 or http://localhost the command receives the redirect itself. Otherwise paste the address \
        of the page to which the browser came back.
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
      throw ValidationError("--web takes no password and no mobile number: the page of the server asks for them")
    }
    if !web, redirectUri != nil || noBrowser {
      throw ValidationError("--redirect-uri and --no-browser belong to --web")
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
        throw Failure(.usage, "standard input holds no password")
      }
      secret = line
    } else if mobile == nil || password {
      secret = try Prompt.secret("Password of \(user)")
    }
    let key = workspace.key(user)
    let session = try workspace.client.logIn(login: user, password: secret, mobile: mobile, key: key.text)
    // It is kept with the session, so that `peerid show` sends nothing.
    if let account = try? session.account() { _ = try? session.setAccount(account.id) }
    report(SessionDescription(key: key, token: session.token), "logged in", common)
  }
}
