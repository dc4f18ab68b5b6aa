import PeerID
import PeerIDSandbox
import Testing

@Suite struct TransactionTokenTests {
  private func confirm(_ server: TestServer, _ query: String, body: String = "") throws -> APIAnswer {
    let type = [("Content-Type", "application/x-www-form-urlencoded")]
    let headers = TestServer.credentials(Demo.aliceAccess6, 6) + type
    return try server.call("POST", "/api/v1/app/transaction-token\(query)", headers: headers, body: body)
  }

  @Test func `an app that signs gets a transaction token which executes once`() throws {
    let server = try TestServer()
    let answer = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6)
    let token = answer.token("token")
    #expect(token.wholeMatch(of: /[0-9a-f]{26}/) != nil)
    #expect(answer.result?["isActive"]?.boolean == true)
    let transaction = try JSONDocument(answer.token("transaction")).root
    #expect(transaction["operations"]?[0]?[0]?.integer == 0)
    #expect(server.sandbox.executedTransactionCount == 0)

    let confirmation = try confirm(server, "?token=\(token)")
    #expect(confirmation.result?["trx"]?["operation_results"]?.count == 1)
    #expect(server.sandbox.executedTransactionCount == 1)
    let second = try confirm(server, "?token=\(token)")
    #expect(second.text == #"{"error":{"token":"Invalid token"},"status":400}"#)
  }

  @Test func `the transaction token is read from the query alone`() throws {
    let server = try TestServer()
    let token = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).token("token")
    let answer = try confirm(server, "", body: "token=\(token)")
    #expect(answer.error == #"{"token":"\"value\" is required"}"#)
  }

  @Test func `the transaction token is spent before the broadcast`() throws {
    let server = try TestServer()
    let token = try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).token("token")
    server.sandbox.configure { $0.chainRefusal = "no" }
    #expect(try confirm(server, "?token=\(token)").status == 500)
    server.sandbox.configure { $0.chainRefusal = nil }
    #expect(try confirm(server, "?token=\(token)").status == 400)
  }

  @Test func `the measured backend wants a session cookie for it`() throws {
    var fixture = Fixture.demo
    fixture.apps[2].requiresSessionCookie = true
    let server = try TestServer(fixture)
    #expect(try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6).status == 500)
    let cookie = [("Cookie", "connect.sid=1")]
    #expect(try server.operate(Demo.transfer, token: Demo.aliceAccess6, clientID: 6, headers: cookie).status == 200)
  }
}
