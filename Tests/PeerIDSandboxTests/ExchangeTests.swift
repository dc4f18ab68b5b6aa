import PeerID
import Testing

@Suite struct ExchangeTests {
  @Test func `each exchange of a code returns another pair`() throws {
    let server = try TestServer()
    let first = try server.exchange(Demo.aliceCode4)
    let second = try server.exchange(Demo.aliceCode4)
    #expect(first.token("token") != second.token("token"))
    #expect(first.result?["grantcode_id"]?.integer != nil)
    #expect(try server.isAccepted(first.token("token")))
    #expect(try server.isAccepted(second.token("token")))
  }

  @Test func `an invalid code is reported`() throws {
    let answer = try TestServer().exchange("nonsense")
    #expect(answer.text == #"{"error":{"code":"invalid code"},"status":400}"#)
  }

  @Test func `a code of another app is reported`() throws {
    let answer = try TestServer().exchange(Demo.aliceCode5)
    #expect(answer.text == #"{"error":{"code":"code doesn't belong to this app"},"status":400}"#)
  }

  @Test func `a wrong secret and an unknown client get the same answer`() throws {
    let expected = #""client_id":"client_id or client_secret invalid""#
    #expect(try TestServer().exchange(Demo.aliceCode4, secret: "wrong").error == "{\(expected)}")
    #expect(try TestServer().exchange(Demo.aliceCode4, clientID: 99, secret: "x").error.contains(expected))
  }

  @Test func `all three parameters are required`() throws {
    let answer = try TestServer().form("/api/v1/auth/exchange", "")
    #expect(answer.json?["error"]?.members.map(\.key) == ["code", "client_id", "client_secret"])
  }
}
