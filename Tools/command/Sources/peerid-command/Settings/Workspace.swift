import PeerID

/// A client with the session store, and the session that a command uses.
struct Workspace {
  let settings: Settings
  let store: SessionStore
  let client: Client

  /// `options` are library options for this command; the user's options override them. `needsSecret` is whether the
  /// command may refresh a token or exchange a code.
  init(_ common: CommonOptions, options: [Settings.Assignment] = [], needsSecret: Bool = true) throws {
    var settings = try Settings(common)
    settings.options = options + settings.options
    self.settings = settings
    store = try Self.store()
    var configuration = try settings.configuration(withSecret: needsSecret)
    configuration.setStore(store)
    client = try Client(configuration)
    Interrupts.watch(client)
  }

  static var storePath: String { Directories.state + "/sessions" }

  /// The store of all sessions: `$XDG_STATE_HOME/peerid/sessions`.
  static func store() throws -> SessionStore {
    try Directories.make(Directories.state)
    return try SessionStore.directory(storePath)
  }

  func key(_ user: String) -> SessionKey {
    SessionKey(user: user, clientID: settings.clientID, baseURL: settings.baseURL)
  }

  /// The session of the named user, or of the only user who is logged in.
  func session() throws -> (key: SessionKey, session: Session) {
    let key = try key(user())
    do throws(PeerIDError) {
      return (key, try client.open(key: key.text))
    } catch {
      throw explained(error, key)
    }
  }

  /// The error of opening a session, with advice for the user.
  func explained(_ error: PeerIDError, _ key: SessionKey) -> any Error {
    guard error.code == .loginRequired else { return error }
    let users = ((try? store.keys()) ?? []).compactMap { SessionKey($0) }
      .filter { $0.clientID == key.clientID && $0.baseURL == key.baseURL }.map(\.user).sorted()
    let hint = Nearest.hint(key.user, users, otherwise: ":")
    return Failure(.loginRequired, "'\(key.user)' is not logged in\(hint) peerid login \(key.user)")
  }

  /// The named user, or the only one who is logged in. If a user is named, damaged sessions of other users do not
  /// matter.
  func user() throws -> String {
    try settings.user ?? Self.choose(among: try store.keys().compactMap { SessionKey($0) }, settings)
  }

  /// Chooses the session's key.
  static func choose(among keys: [SessionKey], _ settings: Settings) throws(Failure) -> String {
    let users = keys.filter { $0.clientID == settings.clientID && $0.baseURL == settings.baseURL }.map(\.user).sorted()
    guard let first = users.first else {
      throw Failure(
        .loginRequired,
        "nobody is logged in to application \(settings.clientID) of \(settings.baseURL): peerid login USER"
      )
    }
    guard users.count == 1 else {
      throw Failure(.usage, "several users are logged in: choose one with --user (\(users.joined(separator: ", ")))")
    }
    return first
  }
}
