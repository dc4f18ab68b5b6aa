internal import PeerID
import Glibc

extension Fixture {
  /// Reads a fixture from a JSON file.
  ///
  /// - Throws: ``SandboxError`` with the file, the key or position of the mistake, and what is valid.
  public init(contentsOfFile file: String) throws(SandboxError) {
    try self.init(json: try Self.read(file), name: file)
  }

  /// Reads a fixture from JSON text.
  ///
  /// - Parameters:
  ///   - json: the fixture as JSON; `docs/sandbox.md` describes the format.
  ///   - name: the name of the fixture in errors.
  /// - Throws: ``SandboxError`` with the key or position of the mistake, and what is valid.
  public init(json: String, name: String = "(text)") throws(SandboxError) {
    let document: JSONDocument
    do throws(JSONSyntaxError) {
      document = try JSONDocument(json, rejectDuplicates: true)
    } catch {
      throw .malformedFixture(file: name, reason: error.reason, line: error.line, column: error.column)
    }
    do throws(KeyedReader.Fault) {
      self = try Self.read(document.root)
    } catch {
      throw .invalidFixture(file: name, key: error.key, problem: error.problem)
    }
  }

  /// Reads a fixture from parsed JSON and checks that its parts fit together.
  static func read(_ value: JSONValue) throws(KeyedReader.Fault) -> Fixture {
    let reader = try KeyedReader(value)
    try reader.allowOnly(["users", "apps", "joined", "tokens", "codes", "chain", "settings"])
    var fixture = Fixture()
    for entry in try reader.objects("users") { fixture.users.append(try User(entry)) }
    for entry in try reader.objects("apps") { fixture.apps.append(try App(entry)) }
    for entry in try reader.objects("joined") { fixture.joins.append(try Join(entry, of: fixture)) }
    for entry in try reader.objects("tokens") { fixture.tokens.append(try Token(entry, of: fixture)) }
    for entry in try reader.objects("codes") { fixture.codes.append(try Code(entry, of: fixture)) }
    if reader.has("chain") {
      fixture.chain = try Chain(try reader.object("chain"))
      fixture.settings.appliesChainRules = true
    }
    try fixture.settings.apply(try reader.object("settings"))
    return fixture
  }

  /// The user and the app of an entry; both must exist.
  fileprivate func parties(_ reader: KeyedReader) throws(KeyedReader.Fault) -> (username: String, clientID: Int) {
    let username = try reader.string("user")
    guard users.contains(where: { $0.username.isSame(as: username) }) else {
      throw KeyedReader.Fault(key: "\(reader.path).user", problem: "there is no user \"\(username)\" under \"users\"")
    }
    let clientID = Int(try reader.integer("app", 0...Int64(Int32.max)))
    guard apps.contains(where: { $0.clientID == clientID }) else {
      throw KeyedReader.Fault(key: "\(reader.path).app", problem: "there is no app \(clientID) under \"apps\"")
    }
    return (username, clientID)
  }

  private static func read(_ file: String) throws(SandboxError) -> String {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadableFixture(file: file, errno: errno) }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &part, part.count)
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      guard count > 0 else { throw .unreadableFixture(file: file, errno: errno) }
      text += part[..<count]
    }
  }
}

extension Fixture.User {
  fileprivate init(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    try reader.allowOnly([
      "username", "email", "password", "mobile", "account", "account_name", "permission", "join",
    ])
    self.init(
      username: try reader.string("username"),
      email: try reader.optionalString("email")?.lowercased(),
      password: try reader.optionalString("password"),
      mobile: try reader.optionalString("mobile").map(MobileNumber.normalized),
      account: try reader.string("account"),
      accountName: try reader.optionalString("account_name"),
      hasPermission: try reader.optionalBoolean("permission") ?? true,
      joinAnswer: try reader.optionalChoice("join") ?? .allowed
    )
  }
}

extension Fixture.App {
  fileprivate init(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    try reader.allowOnly([
      "client_id", "client_secret", "name", "operations", "signing_request_required", "requires_session_cookie",
      "redirect_uris", "domains",
    ])
    let catalogue = OperationCatalogue.standard
    var operations = try reader.optionalStrings("operations") ?? []
    if operations == ["*"] { operations = catalogue.operations.filter(\.isKnownToServer).map(\.name) }
    if let unknown = operations.first(where: { catalogue.operation(named: $0) == nil }) {
      throw KeyedReader.Fault(
        key: "\(reader.path).operations",
        problem: "there is no operation \"\(unknown)\"\(Nearest.hint(unknown, catalogue.operations.map(\.name))); "
          + "[\"*\"] means all"
      )
    }
    self.init(
      clientID: Int(try reader.integer("client_id", 0...Int64(Int32.max))),
      clientSecret: try reader.string("client_secret"),
      name: try reader.string("name"),
      operations: operations,
      signingRequestRequired: try reader.optionalBoolean("signing_request_required") ?? false,
      requiresSessionCookie: try reader.optionalBoolean("requires_session_cookie"),
      redirectURIs: try reader.optionalStrings("redirect_uris") ?? [],
      domains: try reader.optionalStrings("domains") ?? []
    )
  }
}

extension Fixture.Join {
  fileprivate init(_ reader: KeyedReader, of fixture: Fixture) throws(KeyedReader.Fault) {
    try reader.allowOnly(["user", "app", "operations"])
    let parties = try fixture.parties(reader)
    self.init(
      username: parties.username,
      clientID: parties.clientID,
      operations: try reader.optionalStrings("operations")
    )
  }
}

extension Fixture.Token {
  fileprivate init(_ reader: KeyedReader, of fixture: Fixture) throws(KeyedReader.Fault) {
    try reader.allowOnly(["user", "app", "token", "refresh_token", "expires_in_ms"])
    let parties = try fixture.parties(reader)
    self.init(
      username: parties.username,
      clientID: parties.clientID,
      accessToken: try reader.string("token"),
      refreshToken: try reader.string("refresh_token"),
      expiresInMilliseconds: try reader.optionalInteger("expires_in_ms", Settings.anyTime)
        ?? Settings.defaultTokenLifetime
    )
  }
}

extension Fixture.Code {
  fileprivate init(_ reader: KeyedReader, of fixture: Fixture) throws(KeyedReader.Fault) {
    try reader.allowOnly(["code", "user", "app", "used"])
    let parties = try fixture.parties(reader)
    self.init(
      code: try reader.string("code"),
      username: parties.username,
      clientID: parties.clientID,
      isUsed: try reader.optionalBoolean("used") ?? false
    )
  }
}

extension Fixture.Chain {
  fileprivate init(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    try reader.allowOnly(["balances", "objects"])
    self.init()
    for entry in try reader.objects("balances") {
      try entry.allowOnly(["account", "asset", "amount"])
      balances.append(
        Fixture.Balance(
          account: try entry.string("account"),
          asset: try entry.optionalString("asset") ?? "1.3.0",
          amount: try entry.integer("amount", 0...Int64.max)
        )
      )
    }
    for entry in try reader.objects("objects") {
      guard let value = entry.value else { continue }
      objects.append((try entry.string("id"), .value(value)))
    }
  }
}
