import PeerID
import Testing

@Suite struct AuthenticationTests {
  private static let paths = ["operations", "transaction-token", "broadcast"]

  @Test(arguments: paths)
  func `a missing header is unauthorized`(path: String) throws {
    let server = try TestServer()
    for headers in [[], [("ClientID", "4")], [("Authorization", "Bearer \(Demo.aliceAccess4)")]] {
      let answer = try server.json("/api/v1/app/\(path)", "{}", headers: headers)
      #expect(answer.status == 401)
      #expect(answer.text == #"{"error":"unauthorized","status":401}"#)
    }
  }

  @Test(arguments: paths)
  func `one word in Authorization is invalid`(path: String) throws {
    let headers = [("Authorization", Demo.aliceAccess4), ("ClientID", "4")]
    let answer = try TestServer().json("/api/v1/app/\(path)", "{}", headers: headers)
    #expect(answer.status == 401)
    #expect(answer.error == #""Authorization invalid""#)
  }

  @Test(arguments: [("unknown", 4), (Demo.erinAccess4, 4), (Demo.aliceAccess4, 5), (Demo.aliceRefresh4, 4)])
  func `an unknown or expired token and one of another app get the same answer`(token: String, clientID: Int) throws {
    let answer = try TestServer().operate(Demo.transfer, token: token, clientID: clientID)
    #expect(answer.status == 401)
    #expect(answer.text == #"{"error":"Access Token invalid or expired","status":401}"#)
  }

  @Test(arguments: ["abc", "4.0", "99999999999"])
  func `a ClientID that is not an integer is 400 with the message of the database`(clientID: String) throws {
    let headers = [("Authorization", "Bearer \(Demo.aliceAccess4)"), ("ClientID", clientID)]
    let answer = try TestServer().json("/api/v1/app/operations", "{}", headers: headers)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.contains("type integer") == true)
    #expect(answer.json?["error"]?.string?.contains(clientID) == true)
  }

  @Test func `authentication is checked before the body`() throws {
    #expect(try TestServer().json("/api/v1/app/operations", "{}").status == 401)
    let headers = TestServer.credentials(Demo.aliceAccess4)
    #expect(try TestServer().json("/api/v1/app/operations", "{}", headers: headers).status == 400)
  }

  @Test func `blockchain data needs no authentication`() throws {
    let answer = try TestServer().call("GET", "/api/v1/app/blockchain-data?api=database&method=get_chain_id")
    #expect(answer.status == 200)
  }
}
