import FoundationEssentials
import PeerID

/// The public properties of a session, for users and programs.
struct SessionDescription {
  let key: SessionKey
  let token: Token

  /// The names of the operations in the scope, or the numbers of operations that this library does not know.
  var scope: [String]? {
    token.scope?.map { Operations.name(of: $0) ?? String($0) }
  }

  /// The members of a JSON object, without secrets.
  var members: [(String, JSON)] {
    [
      ("user", .string(key.user)),
      ("server", .string(key.baseURL)),
      ("client_id", .string(key.clientID)),
      ("user_id", .optional(token.userID)),
      ("account", token.account.map { .object([("id", .string($0.id)), ("name", .string($0.name))]) } ?? .null),
      ("expires_at", .optional(token.expiresAtMilliseconds.map(Self.timestamp))),
      ("generation", .integer(Int64(clamping: token.generation))),
      ("scope", scope.map { .array($0.map { .string($0) }) } ?? .null),
      ("has_refresh_token", .bool(token.refreshToken != nil)),
    ]
  }

  /// The expiry for users.
  var expiry: String {
    guard let milliseconds = token.expiresAtMilliseconds else { return "unknown" }
    return "\(Self.timestamp(milliseconds)) (\(Self.distance(milliseconds, from: Self.now)))"
  }

  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// A time in ISO 8601, in UTC and whole seconds.
  static func timestamp(_ milliseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
  }

  /// The distance of a time from now, in its largest unit.
  static func distance(_ milliseconds: Int64, from now: Int64) -> String {
    let seconds = abs(milliseconds - now) / 1000
    let (count, unit): (Int64, String) =
      switch seconds {
      case 0..<120: (seconds, "second")
      case 120..<7200: (seconds / 60, "minute")
      case 7200..<172_800: (seconds / 3600, "hour")
      default: (seconds / 86_400, "day")
      }
    let text = "\(count) \(unit)\(count == 1 ? "" : "s")"
    return milliseconds >= now ? "in \(text)" : "expired \(text) ago"
  }
}
