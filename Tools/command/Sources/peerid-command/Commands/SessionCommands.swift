import ArgumentParser
import PeerID

/// `peerid sessions`
struct Sessions: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "List the sessions saved on this machine.",
    discussion: "Sessions of all servers and applications are listed. Nothing is sent."
  )

  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try Workspace.store()
    let keys = try store.keys().compactMap { SessionKey($0) }.sorted { $0.text < $1.text }
    var found: [SessionDescription] = []
    for key in keys {
      var configuration = try Configuration(baseURL: key.baseURL, clientID: key.clientID)
      // Opening a session sends nothing, so plain HTTP is safe.
      try configuration.set("allow_http", "true")
      configuration.setStore(store)
      found.append(SessionDescription(key: key, token: try Client(configuration).open(key: key.text).token))
    }
    if common.json {
      Output.print(JSON.array(found.map { .object($0.members) }).text)
      return
    }
    guard !found.isEmpty else {
      Output.printError("No sessions in \(Workspace.storePath). Log in with: peerid login USER")
      return
    }
    var table = Table("USER", "APP", "SERVER", "EXPIRES")
    for session in found {
      table.add(session.key.user, session.key.clientID, session.key.baseURL, session.expiry)
    }
    Output.print(table.text(for: .results))
  }
}

/// `peerid show`
struct Show: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a session: user, account, expiry, scope, generation.",
    discussion: "Nothing is sent. Tokens are shown only with --reveal."
  )

  @Flag(help: "Also show the access token and the refresh token. Both are secrets.")
  var reveal = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    let (key, session) = try Workspace(common, needsSecret: false).session()
    let token = session.token
    let description = SessionDescription(key: key, token: token)
    if common.json {
      var members = description.members
      if reveal {
        members += [("access_token", .string(token.accessToken)), ("refresh_token", .optional(token.refreshToken))]
      }
      Output.print(JSON.object(members).text)
      return
    }
    let indent = 14
    func line(_ name: String, _ value: String) {
      Output.print(Terminal.results.paint(name.padded(to: indent), .faint) + value)
    }
    line("user", key.user)
    line("server", key.baseURL)
    line("application", key.clientID)
    line("user id", token.userID.map(String.init) ?? "unknown")
    line("account", token.account.map { "\($0.name) (\($0.id))" } ?? "unknown")
    line("expires", description.expiry)
    line("generation", String(token.generation))
    line("refreshable", token.refreshToken == nil ? "no: there is no refresh token" : "yes")
    let scope = description.scope.map { $0.isEmpty ? ["no operations"] : $0 } ?? ["unknown"]
    line("scope", Terminal.results.wrap(scope, indent: indent))
    if reveal {
      line("access token", token.accessToken)
      line("refresh token", token.refreshToken ?? "none")
    }
  }
}

/// `peerid refresh`
struct Refresh: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Refresh a session's tokens now.",
    discussion: "Rarely needed: a command that sends the token refreshes it first if it expires soon."
  )

  @OptionGroup var common: CommonOptions

  func run() throws {
    let (key, session) = try Workspace(common).session()
    try session.refresh()
    report(SessionDescription(key: key, token: session.token), "renewed", common)
  }
}

/// `peerid logout`
struct LogOut: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "logout",
    abstract: "End a session.",
    discussion: """
      Removes the session from this machine. The server has no way to revoke tokens: copies of them stay valid until \
      they expire.
      """
  )

  @Flag(help: "End the sessions of all servers and applications.")
  var all = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    if all {
      let store = try Workspace.store()
      let keys = try store.keys().filter { SessionKey($0) != nil }
      for key in keys { try store.remove(key: key) }
      if common.json { return Output.print(JSON.object([("removed", .integer(Int64(keys.count)))]).text) }
      return Output.printError("\(keys.count) session\(keys.count == 1 ? "" : "s") removed.")
    }
    let key = try remove(try Workspace(common, needsSecret: false))
    if common.json { return Output.print(JSON.object([("removed", .integer(1))]).text) }
    Output.printError("\(key.user) is logged out.")
  }

  /// Also removes sessions whose files are damaged.
  private func remove(_ workspace: Workspace) throws -> SessionKey {
    let key = try workspace.key(workspace.user())
    do throws(PeerIDError) {
      try workspace.client.open(key: key.text).logOut()
    } catch {
      guard error.code == .store else { throw workspace.explained(error, key) }
      try workspace.store.remove(key: key.text)
    }
    return key
  }
}

/// `peerid token`
struct AccessToken: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Print an access token for your own requests.",
    discussion: """
      A token that expires soon is refreshed first. If the server answers HTTP 401, run this again with --refused and the \
      generation of the token, which --json prints. The token is a secret.
      """
  )

  @Option(help: ArgumentHelp("Refresh first if the token expires within this many seconds.", valueName: "seconds"))
  var validFor: Int64 = 300

  @Option(
    help: ArgumentHelp(
      "The server has refused the token of this generation: print another one.",
      valueName: "generation"
    )
  )
  var refused: UInt64 = 0

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard 0...86_400_000 ~= validFor else { throw ValidationError("--valid-for must be 0 to 86400000 seconds") }
  }

  func run() throws {
    // A background refresh would invalidate the token that was just printed.
    let workspace = try Workspace(common, options: [.init(name: "refresh_window_ms", value: "0")])
    let (key, session) = try workspace.session()
    var token = try session.freshToken(refused: refused)
    if let expiry = token.expiresAtMilliseconds, expiry - SessionDescription.now < validFor * 1000, refused == 0 {
      try session.refresh()
      token = session.token
    }
    guard common.json else { return Output.print(token.accessToken) }
    let members = SessionDescription(key: key, token: token).members.filter {
      ["user", "expires_at", "generation"].contains($0.0)
    }
    Output.print(JSON.object([("access_token", .string(token.accessToken))] + members).text)
  }
}

/// Reports that a session has new tokens.
func report(_ session: SessionDescription, _ what: String, _ common: CommonOptions) {
  if common.json { return Output.print(JSON.object(session.members).text) }
  Output.printError("\(session.key.user): \(what), expires \(session.expiry).")
}

extension String {
  /// The text, padded with spaces to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 1))
  }
}
