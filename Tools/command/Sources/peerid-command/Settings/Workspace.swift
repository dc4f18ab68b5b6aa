import PeerID

/// A client with the store of sessions, and the session that a command is about.
struct Workspace {
  let settings: Settings
  let store: SessionStore
  let client: Client

  /// `options` are options of the library for this command, which the user's own override.
  init(_ common: CommonOptions, options: [Settings.Assignment] = []) throws {
    var settings = try Settings(common)
    settings.options = options + settings.options
    try self.init(settings)
  }

  init(_ settings: Settings) throws {
    self.settings = settings
    store = try Self.store()
    var configuration = try settings.configuration()
    configuration.setStore(store)
    client = try Client(configuration)
    Interrupts.watch(client)
  }

  /// The store of all sessions: `$XDG_STATE_HOME/peerid/sessions`.
  static func store() throws -> SessionStore {
    try Directories.make(Directories.state)
    return try SessionStore.directory(Directories.state + "/sessions")
  }

  func key(_ user: String) -> SessionKey {
    SessionKey(user: user, clientID: settings.clientID, baseURL: settings.baseURL)
  }

  /// The session of the user who was named, or of the only one who is logged in.
  func session() throws -> (key: SessionKey, session: Session) {
    let key = try key(user())
    do throws(PeerIDError) {
      return (key, try client.open(key: key.text))
    } catch {
      guard error.code == .loginRequired else { throw error }
      throw Failure(.loginRequired, "'\(key.user)' is not logged in: peerid login \(key.user)")
    }
  }

  func user() throws -> String {
    try Self.choose(user: settings.user, among: try store.keys().compactMap { SessionKey($0) }, settings)
  }

  /// Decides whose session it is.
  static func choose(user: String?, among keys: [SessionKey], _ settings: Settings) throws(Failure) -> String {
    if let user { return user }
    let users = keys.filter { $0.clientID == settings.clientID && $0.baseURL == settings.baseURL }.map(\.user).sorted()
    guard let first = users.first else {
      throw Failure(
        .loginRequired,
        "nobody is logged in to application \(settings.clientID) of \(settings.baseURL): peerid login USER"
      )
    }
    guard users.count == 1 else {
      throw Failure(.usage, "several users are logged in: name one with --user (\(users.joined(separator: ", ")))")
    }
    return first
  }
}
