internal import PeerID

/// A user and an app, which together have one consent.
struct Party: Hashable {
  let userID: Int
  let clientID: Int
}

/// An authorization code that has been given out. It can be exchanged again and again.
struct GrantCode {
  let id: Int
  let userID: Int
  let clientID: Int
}

/// A transaction that waits for its confirmation.
struct TransactionToken {
  let userID: Int
  let clientID: Int
  let operations: [ChainOperation]
  var isActive = true
}

/// Everything that a sandbox knows. One lock guards all of it.
struct SandboxState {
  let fixture: Fixture
  var settings: Settings {
    didSet {
      settings = settings.clamped
      log.resize(to: settings.requestLogLength)
    }
  }
  /// The users; a user's id is the place in here, from 1.
  let users: [Fixture.User]
  let apps: [Int: Fixture.App]
  /// The operations that users have granted.
  var consents: [Party: Set<String>] = [:]
  var tokens = TokenStore()
  var codes: [String: GrantCode] = [:]
  var transactionTokens: [String: TransactionToken] = [:]
  /// What the consent pages that are open in browsers are about.
  var consentTickets: [String: ConsentTicket] = [:]
  var chain = Chain()
  var faults = FaultQueue()
  var counts = RequestCounts()
  var log: RequestLog

  init(_ fixture: Fixture, log: RequestLog = RequestLog()) {
    self.fixture = fixture
    settings = fixture.settings.clamped
    users = fixture.users
    apps = Dictionary(fixture.apps.map { ($0.clientID, $0) }) { first, _ in first }
    self.log = log
    self.log.resize(to: settings.requestLogLength)
    for join in fixture.joins { load(join) }
    for token in fixture.tokens { load(token) }
    for code in fixture.codes { load(code) }
  }

  /// Milliseconds since 1970, by the sandbox's clock.
  var now: Int64 { Clock.realtimeMicroseconds() / 1_000 + settings.clockOffset * 1_000 }

  func user(id: Int) -> Fixture.User? { users.indices.contains(id - 1) ? users[id - 1] : nil }

  /// The id of a user by the exact name.
  func userID(username: String) -> Int? {
    users.firstIndex { $0.username == username }.map { $0 + 1 }
  }

  /// The id of a user by what a person types in: the exact name, or the e-mail address in any case.
  func userID(login: String) -> Int? {
    let email = login.lowercased()
    return users.firstIndex { $0.username == login || $0.email == email }.map { $0 + 1 }
  }

  /// Lets an app act for a user, with all operations that the app has.
  mutating func join(_ party: Party) {
    consents[party] = Set(apps[party.clientID]?.operations ?? [])
  }

  /// Makes a new token pair and saves it.
  mutating func issueTokens(_ party: Party, codeID: Int?) -> TokenPair {
    let now = now
    let pair = TokenPair(
      id: tokens.nextID(),
      userID: party.userID,
      clientID: party.clientID,
      codeID: codeID,
      accessToken: RandomText.token(),
      refreshToken: RandomText.token(),
      scope: scope(party.clientID),
      expires: now + settings.tokenLifetime,
      createdAt: now,
      updatedAt: now
    )
    tokens.save(pair)
    return pair
  }

  /// Makes a new authorization code. The user has joined the app by then.
  mutating func issueCode(_ party: Party) -> String {
    let code = RandomText.code()
    codes[code] = GrantCode(id: codes.count + 1, userID: party.userID, clientID: party.clientID)
    return code
  }

  /// The ids of the operations of an app.
  private func scope(_ clientID: Int) -> [Int32] {
    let operations = apps[clientID]?.operations ?? []
    return operations.compactMap { OperationCatalogue.standard.operation(named: $0)?.id }.sorted()
  }

  private mutating func load(_ join: Fixture.Join) {
    guard let userID = userID(username: join.username) else { return }
    let party = Party(userID: userID, clientID: join.clientID)
    if let operations = join.operations { consents[party] = Set(operations) } else { self.join(party) }
  }

  private mutating func load(_ token: Fixture.Token) {
    guard let userID = userID(username: token.username) else { return }
    let party = Party(userID: userID, clientID: token.clientID)
    if consents[party] == nil { join(party) }
    let now = now
    tokens.save(
      TokenPair(
        id: tokens.nextID(),
        userID: userID,
        clientID: token.clientID,
        codeID: nil,
        accessToken: token.accessToken,
        refreshToken: token.refreshToken,
        scope: scope(token.clientID),
        expires: now + min(max(token.expiresInMilliseconds, Settings.anyTime.lowerBound), Settings.anyTime.upperBound),
        createdAt: now,
        updatedAt: now
      )
    )
  }

  private mutating func load(_ code: Fixture.Code) {
    guard let userID = userID(username: code.username) else { return }
    let party = Party(userID: userID, clientID: code.clientID)
    if consents[party] == nil { join(party) }
    codes[code.code] = GrantCode(id: codes.count + 1, userID: userID, clientID: code.clientID)
  }
}
