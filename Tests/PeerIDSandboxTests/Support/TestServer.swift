import PeerID
import PeerIDSandbox

/// An answer with its JSON.
struct APIAnswer {
  let wire: WireAnswer
  let json: JSONValue?

  init(_ wire: WireAnswer) {
    self.wire = wire
    json = try? JSONDocument(wire.text).root
  }

  var status: Int { wire.status }
  var text: String { wire.text }
  var result: JSONValue? { json?["result"] }
  /// The server's `error` as compact JSON.
  var error: String { json?["error"]?.compactText().text ?? "(none)" }

  func token(_ key: String) -> String { result?.member(key)?.string ?? "" }
}

/// A sandbox for one test, and the calls that tests make.
struct TestServer {
  let sandbox: Sandbox

  init(_ fixture: Fixture = .demo, saveDelay: Int = 0, chainRules: Bool? = nil) throws {
    sandbox = try Sandbox(fixture: fixture, idleSeconds: 0)
    sandbox.configure { settings in
      settings.saveDelay = saveDelay
      if let chainRules { settings.appliesChainRules = chainRules }
    }
  }

  /// Waits until the sandbox has received that many requests.
  func waitForRequests(_ count: Int, path: String? = nil) -> Bool {
    sandbox.waitForRequests(count, path: path, upToMilliseconds: TestConnection.patienceSeconds * 1000)
  }

  func connect() throws -> TestConnection { try TestConnection(port: sandbox.port, of: sandbox) }

  /// One request on a new connection.
  func call(
    _ method: String,
    _ target: String,
    headers: [(String, String)] = [],
    body: String? = nil
  ) throws -> APIAnswer {
    APIAnswer(try connect().request(method, target, headers: headers, body: body.map { Array($0.utf8) }))
  }

  func form(_ path: String, _ body: String) throws -> APIAnswer {
    try call("POST", path, headers: [("Content-Type", "application/x-www-form-urlencoded")], body: body)
  }

  func json(_ path: String, _ body: String, headers: [(String, String)] = []) throws -> APIAnswer {
    try call("POST", path, headers: [("Content-Type", "application/json")] + headers, body: body)
  }

  func signIn(_ body: String) throws -> APIAnswer { try form("/api/v1/auth/token", body) }

  func refresh(_ token: String, clientID: Int = 4, secret: String? = nil) throws -> APIAnswer {
    let secret = secret ?? "demo-secret-\(clientID)"
    let body = "refresh_token=\(token)&client_id=\(clientID)&client_secret=\(secret)"
    return try form("/api/v1/auth/refreshtoken", body)
  }

  func exchange(_ code: String, clientID: Int = 4, secret: String? = nil) throws -> APIAnswer {
    let secret = secret ?? "demo-secret-\(clientID)"
    return try form("/api/v1/auth/exchange", "code=\(code)&client_id=\(clientID)&client_secret=\(secret)")
  }

  static func credentials(_ token: String, _ clientID: Int = 4) -> [(String, String)] {
    [("Authorization", "Bearer \(token)"), ("ClientID", String(clientID))]
  }

  /// `POST /app/operations` with these operations, written as JSON.
  func operate(
    _ operations: String,
    token: String = Demo.aliceAccess4,
    clientID: Int = 4,
    headers: [(String, String)] = []
  ) throws -> APIAnswer {
    let body = "{\"operations\":[\(operations)]}"
    return try json("/api/v1/app/operations", body, headers: Self.credentials(token, clientID) + headers)
  }

  /// Whether an access token works.
  func isAccepted(_ token: String, clientID: Int = 4) throws -> Bool {
    try operate("", token: token, clientID: clientID).status != 401
  }
}
