import PeerID
import PeerIDSandbox
import Testing

@Suite struct RefreshTests {
  @Test func `a refresh invalidates both old tokens at once`() throws {
    let server = try TestServer()
    let answer = try server.refresh(Demo.aliceRefresh4)
    #expect(answer.status == 200)
    #expect(try server.isAccepted(answer.token("token")))
    #expect(try !server.isAccepted(Demo.aliceAccess4))
    #expect(try server.refresh(Demo.aliceRefresh4).status == 400)
  }

  @Test func `the pair keeps its id when it is refreshed`() throws {
    let server = try TestServer()
    let answer = try server.refresh(Demo.aliceRefresh4)
    #expect(answer.result?["id"]?.integer == 1)
    #expect(server.sandbox.tokenPairs(username: "alice", clientID: 4).map(\.accessToken) == [answer.token("token")])
  }

  @Test func `a used refresh token is refused with its field named`() throws {
    let server = try TestServer()
    _ = try server.refresh(Demo.aliceRefresh4)
    let answer = try server.refresh(Demo.aliceRefresh4)
    #expect(answer.text == #"{"error":{"refresh_token":"invalid refresh token"},"status":400}"#)
  }

  @Test func `a refresh token of another app and a wrong secret are refused`() throws {
    let server = try TestServer()
    let other = try server.refresh(Demo.aliceRefresh4, clientID: 5)
    #expect(other.error == #"{"refresh_token":"invalid refresh token"}"#)
    let secret = try server.refresh(Demo.aliceRefresh4, secret: "wrong")
    #expect(secret.error == #"{"client_id":"client_id or client_secret invalid"}"#)
    #expect(try server.isAccepted(Demo.aliceAccess4))
  }

  @Test func `the answer is sent before the new pair is saved`() throws {
    let server = try TestServer(saveDelay: 600_000)
    let answer = try server.refresh(Demo.aliceRefresh4)
    #expect(try !server.isAccepted(answer.token("token")))
    #expect(try server.isAccepted(Demo.aliceAccess4))
  }

  @Test func `the new pair works once it is saved`() throws {
    let server = try TestServer(saveDelay: 13)
    let start = ContinuousClock.now
    let token = try server.refresh(Demo.aliceRefresh4).token("token")
    while try !server.isAccepted(token), ContinuousClock.now - start < .seconds(TestConnection.patienceSeconds) {}
    #expect(try server.isAccepted(token))
    #expect(ContinuousClock.now - start >= .milliseconds(13))
  }

  @Test func `concurrent refreshes all answer 200 and only the last saved pair works`() throws {
    let server = try TestServer(saveDelay: 600_000)
    let answers = try (0..<3).map { _ in try server.refresh(Demo.aliceRefresh4) }
    #expect(answers.map(\.status) == [200, 200, 200])
    let tokens = answers.map { $0.token("token") }
    #expect(Set(tokens).count == 3)
    #expect(try tokens.map { try server.isAccepted($0) } == [false, false, false])
    server.sandbox.saveTokenPairs()
    #expect(try tokens.map { try server.isAccepted($0) } == [false, false, true])
  }

  @Test func `signing in returns the pair whose answer was lost`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.dropAfter, path: "/api/v1/auth/refreshtoken"))
    #expect(throws: TestConnection.Broken.self) { try server.refresh(Demo.aliceRefresh4) }
    #expect(try server.refresh(Demo.aliceRefresh4).status == 400)
    let answer = try server.signIn("login=alice&password=alice-password&client_id=4")
    #expect(try server.isAccepted(answer.token("token")))
  }

  @Test func `a refresh that the chain refuses leaves the old pair valid`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.status(Fault.Replacement(status: 500)), path: "/api/v1/auth/refreshtoken"))
    #expect(try server.refresh(Demo.aliceRefresh4).status == 500)
    #expect(try server.isAccepted(Demo.aliceAccess4))
    #expect(try server.refresh(Demo.aliceRefresh4).status == 200)
  }
}
