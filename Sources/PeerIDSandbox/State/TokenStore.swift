internal import PeerID

/// A stored token pair.
struct TokenPair {
  let id: Int
  let userID: Int
  let clientID: Int
  /// The number of the authorization code for which the pair was issued.
  let codeID: Int
  var accessToken: String
  var refreshToken: String
  let scope: [Int32]
  /// When the access token expires, in milliseconds since 1970 by the sandbox's clock.
  var expires: Int64
  let createdAt: Int64
  var updatedAt: Int64

  /// The token pair as JSON, with the members in the order of a stored row.
  var literal: JSONLiteral {
    .object(
      [
        ("id", .integer(Int64(id))), ("token", .string(accessToken)), ("scope", scopeLiteral),
        ("expires", .string(TimeText.iso(milliseconds: expires))), ("refresh_token", .string(refreshToken)),
        ("createdAt", .string(TimeText.iso(milliseconds: createdAt))),
        ("updatedAt", .string(TimeText.iso(milliseconds: updatedAt))), ("app_id", .integer(Int64(clientID))),
        ("user_id", .integer(Int64(userID))), ("grantcode_id", .integer(Int64(codeID))),
      ]
    )
  }

  /// The token pair as JSON, with the members in the order of a new row.
  var newLiteral: JSONLiteral {
    .object(
      [
        ("id", .integer(Int64(id))), ("app_id", .integer(Int64(clientID))), ("grantcode_id", .integer(Int64(codeID))),
        ("user_id", .integer(Int64(userID))), ("refresh_token", .string(refreshToken)),
        ("expires", .string(TimeText.iso(milliseconds: expires))), ("scope", scopeLiteral),
        ("token", .string(accessToken)), ("updatedAt", .string(TimeText.iso(milliseconds: updatedAt))),
        ("createdAt", .string(TimeText.iso(milliseconds: createdAt))),
      ]
    )
  }

  private var scopeLiteral: JSONLiteral { .array(scope.map { .integer(Int64($0)) }) }
}

/// All token pairs, found by either token.
struct TokenStore {
  /// A refreshed token pair that has been sent to the client but is not saved yet.
  private struct UnsavedPair {
    let pair: TokenPair
    /// When the pair is saved, in microseconds of the monotonic clock.
    let due: Int64
  }

  private var pairs: [Int: TokenPair] = [:]
  private var idByAccessToken: [String: Int] = [:]
  private var idByRefreshToken: [String: Int] = [:]
  private var unsaved: [UnsavedPair] = []
  private var lastID = 0

  /// The number of the next new token pair.
  mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// Saves a token pair, replacing the one with the same number.
  mutating func save(_ pair: TokenPair) {
    if let old = pairs[pair.id] {
      idByAccessToken[old.accessToken] = nil
      idByRefreshToken[old.refreshToken] = nil
    }
    pairs[pair.id] = pair
    idByAccessToken[pair.accessToken] = pair.id
    idByRefreshToken[pair.refreshToken] = pair.id
  }

  /// Saves a token pair once the monotonic clock has reached `due`.
  mutating func save(_ pair: TokenPair, due: Int64) {
    unsaved.append(UnsavedPair(pair: pair, due: due))
  }

  /// Saves the token pairs that are due, in the order in which they were added; without `now`, all.
  mutating func settle(now: Int64? = nil) {
    guard !unsaved.isEmpty else { return }
    let due = unsaved.filter { now == nil || $0.due <= now ?? 0 }
    unsaved.removeAll { now == nil || $0.due <= now ?? 0 }
    for entry in due { save(entry.pair) }
  }

  func pair(accessToken: String) -> TokenPair? {
    let found = idByAccessToken[accessToken].flatMap { pairs[$0] }
    return found?.accessToken.isSame(as: accessToken) == true ? found : nil
  }

  func pair(refreshToken: String) -> TokenPair? {
    let found = idByRefreshToken[refreshToken].flatMap { pairs[$0] }
    return found?.refreshToken.isSame(as: refreshToken) == true ? found : nil
  }

  /// The token pair of this user and app with the latest expiry, which is the pair that the server uses.
  func latestPair(userID: Int, clientID: Int) -> TokenPair? {
    pairs.values.filter { $0.userID == userID && $0.clientID == clientID }
      .max { ($0.expires, -$0.id) < ($1.expires, -$1.id) }
  }

  /// All token pairs in the order of their numbers.
  var all: [TokenPair] { pairs.values.sorted { $0.id < $1.id } }

  /// Replaces the access token with one that no client knows.
  mutating func revokeAccessToken(id: Int) {
    guard var pair = pairs[id] else { return }
    pair.accessToken = Identifiers.token()
    save(pair)
  }

  /// Replaces the refresh token with one that no client knows.
  mutating func revokeRefreshToken(id: Int) {
    guard var pair = pairs[id] else { return }
    pair.refreshToken = Identifiers.token()
    save(pair)
  }
}
