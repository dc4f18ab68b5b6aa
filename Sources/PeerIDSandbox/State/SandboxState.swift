internal import PeerID

/// A user and an app.
struct Party: Hashable {
  let userID: Int
  let clientID: Int
}

/// An issued authorization code, which can be exchanged any number of times.
struct GrantCode {
  let id: Int
  let userID: Int
  let clientID: Int
  /// Whether the code has not been exchanged yet.
  var isActive: Bool
}

/// Operations that wait for confirmation.
struct TransactionToken {
  let userID: Int
  let clientID: Int
  let operations: [ChainOperation]
  var isActive = true
}

/// The whole state of a sandbox, guarded by one lock.
struct SandboxState {
  let fixture: Fixture
  var settings: Settings {
    didSet {
      settings = settings.clamped
      log.resize(to: settings.requestLogLength)
    }
  }
  /// The users. A user's id is the position in this array, from 1.
  let users: [Fixture.User]
  let apps: [Int: Fixture.App]
  /// The operations that users have granted to apps, and when each grant expires on the chain, in milliseconds since
  /// 1970.
  var authorities: [Party: [String: Int64]] = [:]
  var tokens = TokenStore()
  var codes: [String: GrantCode] = [:]
  var transactionTokens: [String: TransactionToken] = [:]
  /// The users whose browsers are signed in, by the value of their session cookie.
  var sessions: [String: Int] = [:]
  /// The address of the authorization page.
  var authorizationPage = "/permissions"
  /// The requests of the consent pages that browsers show.
  var consentTickets: [String: ConsentTicket] = [:]
  var chain: Chain
  /// The fault between the server and the chain that applies to the next transaction.
  var chainFault: ChainFault?
  var faults = FaultQueue()
  /// The number of the last request that does not wait until it is released.
  var lastReleased: UInt64 = 0
  /// The number of the last request before the state was reset; 0 if it has never been.
  var lastBeforeReset: UInt64 = 0
  var counts = RequestCounts()
  var log: RequestLog

  init(_ fixture: Fixture, log: RequestLog = RequestLog()) {
    self.fixture = fixture
    settings = fixture.settings.clamped
    users = fixture.users
    apps = Dictionary(fixture.apps.map { ($0.clientID, $0) }) { first, _ in first }
    chain = Chain(fixture, now: fixture.settings.clamped.now)
    self.log = log
    self.log.resize(to: settings.requestLogLength)
    for join in fixture.joins { load(join) }
    for code in fixture.codes { load(code) }
    for token in fixture.tokens { load(token) }
  }

  /// Resets the state to a fixture. The URL of the page and the numbering of requests stay the same.
  mutating func reset(to fixture: Fixture) {
    let page = authorizationPage
    self = SandboxState(fixture, log: log.emptied)
    authorizationPage = page
    lastBeforeReset = log.lastSequence
    releaseRequests()
  }

  /// Ends the delay of the requests that wait to be released.
  mutating func releaseRequests() { lastReleased = log.lastSequence }

  /// Milliseconds since 1970, by the sandbox's clock.
  var now: Int64 { settings.now }

  func user(id: Int) -> Fixture.User? { users.indices.contains(id - 1) ? users[id - 1] : nil }

  /// The id of the user with exactly this name.
  func userID(username: String) -> Int? {
    users.firstIndex { $0.username.isSame(as: username) }.map { $0 + 1 }
  }

  /// The id of the user with exactly this name, or with this e-mail address in upper or lower case.
  func userID(login: String) -> Int? {
    let email = login.lowercased()
    return users.firstIndex { $0.username.isSame(as: login) || $0.email?.isSame(as: email) == true }.map { $0 + 1 }
  }

  /// Grants an app all its operations for a user.
  mutating func join(_ party: Party) {
    let expiry = now + settings.tokenLifetime
    let operations = apps[party.clientID]?.operations ?? []
    authorities[party] = Dictionary(operations.map { ($0, expiry) }) { first, _ in first }
  }

  /// Creates a token pair and saves it.
  mutating func issueTokens(_ party: Party, codeID: Int) -> TokenPair {
    let now = now
    let pair = TokenPair(
      id: tokens.nextID(),
      userID: party.userID,
      clientID: party.clientID,
      codeID: codeID,
      accessToken: Identifiers.token(),
      refreshToken: Identifiers.token(),
      scope: scope(party.clientID),
      expires: now + settings.tokenLifetime,
      createdAt: now,
      updatedAt: now
    )
    tokens.save(pair)
    return pair
  }

  /// The authorization code of a user for an app: an existing code that has not been exchanged, or a new one.
  mutating func issueCode(_ party: Party) -> String {
    let active = codes.first {
      $0.value.isActive && $0.value.userID == party.userID && $0.value.clientID == party.clientID
    }
    return active?.key ?? makeCode(party)
  }

  /// Creates an authorization code.
  mutating func makeCode(_ party: Party) -> String {
    let code = Identifiers.code()
    codes[code] = GrantCode(id: codes.count + 1, userID: party.userID, clientID: party.clientID, isActive: true)
    return code
  }

  /// The ids of the operations of an app.
  private func scope(_ clientID: Int) -> [Int32] {
    let operations = apps[clientID]?.operations ?? []
    return operations.compactMap { OperationCatalogue.standard.operation(named: $0)?.id }
  }

  private mutating func load(_ join: Fixture.Join) {
    guard let userID = userID(username: join.username) else { return }
    let party = Party(userID: userID, clientID: join.clientID)
    self.join(party)
    if let operations = join.operations {
      let expiry = now + settings.tokenLifetime
      authorities[party] = Dictionary(operations.map { ($0, expiry) }) { first, _ in first }
    }
  }

  private mutating func load(_ token: Fixture.Token) {
    guard let userID = userID(username: token.username) else { return }
    let party = Party(userID: userID, clientID: token.clientID)
    if authorities[party] == nil { join(party) }
    let used = codes.values.filter { $0.userID == userID && $0.clientID == token.clientID && !$0.isActive }
    let now = now
    tokens.save(
      TokenPair(
        id: tokens.nextID(),
        userID: userID,
        clientID: token.clientID,
        // A token pair in the fixture may have no code. It then gets an id that belongs to no code.
        codeID: used.map(\.id).min() ?? codes.count + 1,
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
    if authorities[party] == nil { join(party) }
    codes[code.code] = GrantCode(
      id: codes.count + 1,
      userID: userID,
      clientID: code.clientID,
      isActive: !code.isUsed
    )
  }
}
