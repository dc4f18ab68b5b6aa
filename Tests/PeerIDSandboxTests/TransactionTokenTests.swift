import PeerID
import PeerIDSandbox
import Testing

@Suite struct TransactionTokenTests {
  private func confirm(_ server: TestServer, _ query: String, body: String = "") throws -> APIAnswer {
    let type = [("Content-Type", "application/x-www-form-urlencoded")]
    let headers = TestServer.credentials(Demo.aliceAccess6, 6) + type
    return try server.call("POST", "/api/v1/app/transaction-token\(query)", headers: headers, body: body)
  }

  /// A sandbox that issues transaction tokens without a session cookie.
  private func relaxedServer() throws -> TestServer {
    var fixture = Fixture.demo
    fixture.settings.requiresSessionCookie = false
    return try TestServer(fixture)
  }

  @Test func `an app that signs gets a transaction token which executes once`() throws {
    let server = try relaxedServer()
    let answer = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6)
    let token = answer.token("token")
    #expect(token.wholeMatch(of: /[0-9a-f]{26}/) != nil)
    #expect(answer.result?["isActive"]?.boolean == true)
    let transaction = try JSONDocument(answer.token("transaction")).root
    #expect(transaction[0]?[0]?.string == "transfer")
    #expect(server.sandbox.executedTransactionCount == 0)

    let confirmation = try confirm(server, "?token=\(token)")
    #expect(confirmation.result?["trx"]?["operation_results"]?.count == 1)
    #expect(server.sandbox.executedTransactionCount == 1)
    let second = try confirm(server, "?token=\(token)")
    #expect(second.text == #"{"error":{"token":"Invalid token"},"status":400}"#)
  }

  @Test func `the transaction token is read from the query alone`() throws {
    let server = try relaxedServer()
    let token = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).token("token")
    let answer = try confirm(server, "", body: "token=\(token)")
    #expect(answer.error == #"{"token":"\"value\" is required"}"#)
  }

  @Test func `the transaction token is used up before the broadcast`() throws {
    let server = try relaxedServer()
    let token = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).token("token")
    server.sandbox.configure { $0.chainRefusal = "no" }
    #expect(try confirm(server, "?token=\(token)").status == 500)
    server.sandbox.configure { $0.chainRefusal = nil }
    #expect(try confirm(server, "?token=\(token)").status == 400)
  }

  @Test func `a transaction token needs the cookie of a signed-in user`() throws {
    let server = try TestServer()
    let refused = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6)
    #expect(refused.text == #"{"error":"server side error","status":500}"#)
    let signIn = try server.form("/api/v1/auth/sign-in", "login=alice&password=alice-password")
    #expect(signIn.result?["peerplaysAccountName"]?.string == "pi-alice")
    let cookie = try #require(signIn.wire.header("Set-Cookie")?.split(separator: ";").first)
    let headers = [("Cookie", String(cookie))]
    #expect(try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6, headers: headers).status == 200)
    let unknown = [("Cookie", "crypto.sid=s%3Aunknown")]
    #expect(try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6, headers: unknown).status == 500)
  }

  @Test func `operations of more than 255 characters get no transaction token`() throws {
    let server = try relaxedServer()
    let two = "\(Demo.transfer),\(Demo.transfer)"
    #expect(try server.operate(two, token: Demo.aliceAccess6, clientID: 6).status == 500)
  }

  @Test func `the access token of another app confirms too`() throws {
    let server = try relaxedServer()
    let token = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).token("token")
    let headers = TestServer.credentials(Demo.aliceAccess4)
    #expect(try server.call("POST", "/api/v1/app/transaction-token?token=\(token)", headers: headers).status == 200)
  }
}
