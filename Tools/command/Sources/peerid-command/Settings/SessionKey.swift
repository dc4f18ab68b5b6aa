import Glibc
import PeerID

/// The key of a session in the store: one user of one application on one server.
struct SessionKey: Equatable {
  let user: String
  let clientID: String
  let baseURL: String

  /// The user comes last, because user names can contain spaces.
  var text: String { "\(baseURL) \(clientID) \(user)" }

  init(user: String, clientID: String, baseURL: String) {
    self.user = user
    self.clientID = clientID
    self.baseURL = baseURL
  }

  /// Parses a key; `nil` if another program wrote it.
  init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(user: String(parts[2]), clientID: String(parts[1]), baseURL: String(parts[0]))
  }

  /// The users of all sessions, for completion.
  static var allUsers: [String] {
    guard access(Workspace.storePath, F_OK) == 0, let keys = try? Workspace.store().keys() else { return [] }
    return Set(keys.compactMap { SessionKey($0)?.user }).sorted()
  }
}
