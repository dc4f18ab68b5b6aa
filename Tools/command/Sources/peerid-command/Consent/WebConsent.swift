import FoundationEssentials
import Glibc
import PeerID

/// The authorization code flow at a terminal: opens the consent page, and receives the redirect from the browser or as
/// a pasted address.
struct WebConsent {
  let workspace: Workspace
  let redirectURI: String?

  /// Where the redirect arrives.
  enum Target: Equatable {
    /// A local port (0: any) and a path.
    case loopback(port: UInt16, path: String)
    /// Another machine: the user pastes the address.
    case elsewhere

    init(_ redirectURI: String?) {
      guard let redirectURI else {
        self = .loopback(port: 0, path: "/callback")
        return
      }
      guard let parts = URLComponents(string: redirectURI), parts.scheme == "http",
        let host = parts.host, host == "127.0.0.1" || host == "localhost",
        let port = UInt16(exactly: parts.port ?? 80)
      else {
        self = .elsewhere
        return
      }
      self = .loopback(port: port, path: parts.path.isEmpty ? "/" : parts.path)
    }
  }

  /// Waits for consent and begins a session. Without a name, the session is saved under the user's id.
  func run(user: String?, opensBrowser: Bool) throws -> (key: SessionKey, session: Session) {
    let client = workspace.client
    switch Target(redirectURI) {
    case .elsewhere:
      let redirectURI = redirectURI ?? ""
      let request = try client.authorizationRequest(redirectURI: redirectURI)
      invite(to: request.url, opensBrowser: opensBrowser)
      let pasted = try Prompt.line("Paste the address of the page to which the browser was redirected")
      return try keep(try client.exchange(redirect: pasted, expectedState: request.state, key: key(user)), user)
    case .loopback(let port, let path):
      let listener = try RedirectListener(port: port, path: path)
      let uri = redirectURI ?? "http://127.0.0.1:\(listener.port)\(path)"
      let request = try client.authorizationRequest(redirectURI: uri)
      invite(to: request.url, opensBrowser: opensBrowser)
      Output.printError(
        """
        Waiting for the redirect to \(uri)
        If the browser cannot reach this machine, paste the address that it shows here.
        """
      )
      let session = try listener.wait { (redirect) throws(PeerIDError) in
        try client.exchange(redirect: redirect, expectedState: request.state, key: key(user))
      }
      return try keep(session, user)
    }
  }

  private func key(_ user: String?) -> String? { user.map { workspace.key($0).text } }

  private func keep(_ session: Session, _ user: String?) throws -> (key: SessionKey, session: Session) {
    if let user { return (workspace.key(user), session) }
    let key = workspace.key(session.token.userID.map { "user-\($0)" } ?? "web")
    return (key, try workspace.client.restore(tokenJSON: session.exportTokens(), key: key.text))
  }

  private func invite(to url: String, opensBrowser: Bool) {
    Output.printError("Open this page and give consent:\n\n  \(url)\n")
    if opensBrowser { Browser.open(url) }
  }
}

/// The user's browser.
enum Browser {
  /// Opens a page if there is a desktop. The address was printed before, in case this fails.
  static func open(_ url: String) {
    guard Environment["DISPLAY"] != nil || Environment["WAYLAND_DISPLAY"] != nil || Environment["BROWSER"] != nil else {
      return
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(Environment["BROWSER"] ?? "xdg-open"), strdup(url), nil]
    defer { for argument in arguments { free(argument) } }
    guard let program = arguments[0] else { return }
    var process = pid_t()
    posix_spawnp(&process, program, &actions, nil, arguments, environ)
  }
}
