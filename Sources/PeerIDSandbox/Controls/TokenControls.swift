internal import PeerID

/// The token pairs that a control applies to; all token pairs if no key is set.
struct TokenSelection {
  var username: String?
  var clientID: Int?
  var accessToken: String?
  var refreshToken: String?

  init(username: String? = nil, clientID: Int? = nil, accessToken: String? = nil, refreshToken: String? = nil) {
    self.username = username
    self.clientID = clientID
    self.accessToken = accessToken
    self.refreshToken = refreshToken
  }

  static let keys = ["user", "app", "token", "refresh_token"]

  /// Reads the keys of a body.
  init(_ reader: KeyedReader, beside others: [String] = []) throws(KeyedReader.Fault) {
    try reader.allowOnly(Self.keys + others)
    username = try reader.optionalString("user")
    clientID = try reader.optionalInteger("app", 0...Int64(Int32.max)).map { Int($0) }
    accessToken = try reader.optionalString("token")
    refreshToken = try reader.optionalString("refresh_token")
  }

  /// Refuses a user or an app that does not exist, because the control would silently do nothing.
  func check(_ state: SandboxState) throws(KeyedReader.Fault) {
    if let username, state.userID(username: username) == nil {
      let hint = Nearest.hint(username, state.users.map(\.username))
      throw KeyedReader.Fault(key: "user", problem: "there is no user \"\(username)\"\(hint)")
    }
    if let clientID, state.apps[clientID] == nil {
      let known = state.apps.keys.sorted().map(String.init).joined(separator: ", ")
      throw KeyedReader.Fault(key: "app", problem: "there is no app \(clientID); known are \(known)")
    }
  }

  /// Reads the keys of a query.
  init(_ query: JSONValue) {
    username = query["user"]?.string
    clientID = query["app"]?.string.flatMap { Int($0) }
    accessToken = query["token"]?.string
    refreshToken = query["refresh_token"]?.string
  }
}

/// The token that is revoked.
enum RevokedPart: String, CaseIterable {
  case access, refresh, both
}

extension SandboxState {
  func selectedPairs(_ selection: TokenSelection) -> [TokenPair] {
    tokens.all.filter { pair in
      (selection.username == nil || user(id: pair.userID)?.username == selection.username)
        && (selection.clientID == nil || pair.clientID == selection.clientID)
        && (selection.accessToken == nil || pair.accessToken == selection.accessToken)
        && (selection.refreshToken == nil || pair.refreshToken == selection.refreshToken)
    }
  }

  /// Sets the expiry of access tokens to a second ago. Refreshed token pairs that are still unsaved are saved first.
  mutating func expire(_ selection: TokenSelection) -> Int {
    tokens.settle()
    let pairs = selectedPairs(selection)
    for var pair in pairs {
      pair.expires = now - 1_000
      tokens.save(pair)
    }
    return pairs.count
  }

  mutating func revoke(_ reader: KeyedReader) throws(KeyedReader.Fault) -> Int {
    let selection = try TokenSelection(reader, beside: ["part"])
    try selection.check(self)
    return revoke(selection, try reader.optionalChoice("part") ?? .both)
  }

  mutating func revoke(_ selection: TokenSelection, _ part: RevokedPart) -> Int {
    tokens.settle()
    let pairs = selectedPairs(selection)
    for pair in pairs {
      if part != .refresh { tokens.revokeAccessToken(id: pair.id) }
      if part != .access { tokens.revokeRefreshToken(id: pair.id) }
    }
    return pairs.count
  }

  func tokenLiteral(_ pair: TokenPair) -> JSONLiteral {
    [
      "user": .string(user(id: pair.userID)?.username ?? ""),
      "app": .integer(Int64(pair.clientID)),
      "pair": pair.literal,
    ]
  }

  func codeLiteral(_ code: String, _ grant: GrantCode) -> JSONLiteral {
    [
      "code": .string(code),
      "user": .string(user(id: grant.userID)?.username ?? ""),
      "app": .integer(Int64(grant.clientID)),
    ]
  }

  /// Sets the operations that a user grants to an app; `nil` revokes all.
  mutating func setAuthorities(_ party: Party, _ operations: [String]?) {
    let expiry = now + settings.tokenLifetime
    authorities[party] = operations.map { Dictionary($0.map { ($0, expiry) }) { first, _ in first } }
  }

  func consentLiteral(_ party: Party, _ operations: [String: Int64]) -> JSONLiteral {
    [
      "user": .string(user(id: party.userID)?.username ?? ""),
      "app": .integer(Int64(party.clientID)),
      "operations": .array(operations.keys.sorted().map { .string($0) }),
      "expires": operations.values.min().map { .string(TimeText.iso(milliseconds: $0)) } ?? .null,
    ]
  }
}
