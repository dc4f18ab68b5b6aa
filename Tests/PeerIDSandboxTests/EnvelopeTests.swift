import PeerID
import Testing

@Suite struct EnvelopeTests {
  @Test func `a success has its result and the number 200`() throws {
    let answer = try TestServer().operate(Demo.transfer)
    #expect(answer.status == 200)
    #expect(answer.json?["status"]?.integer == 200)
    #expect(answer.json?.members.map(\.key) == ["result", "status"])
    #expect(answer.wire.header("Content-Type") == "application/json; charset=utf-8")
  }

  @Test(arguments: [
    ("params[]=", "null"), ("params[]=a", #""a""#), ("params[0][]=", #"[""]"#), ("", "null"),
  ])
  func `a falsy result is sent as null and any other result unchanged`(parameters: String, result: String) throws {
    let query = "?api=database&method=echo_first&\(parameters)"
    let answer = try TestServer().call("GET", "/api/v1/app/blockchain-data\(query)")
    #expect(answer.result?.compactText().text == result)
  }

  @Test func `an empty array is sent as it is`() throws {
    let answer = try TestServer().call("GET", "/api/v1/app/blockchain-data?api=crypto&method=echo")
    #expect(answer.result?.compactText().text == "[]")
  }

  @Test(arguments: [
    ("GET", "/"), ("GET", "/api/v1/auth/token"), ("POST", "/api/v1/nothing"), ("PUT", "/api/v1/app/operations"),
    ("DELETE", "/permissions"), ("POST", "/api/v1/app/blockchain-data"), ("GET", "/sandboxed"),
  ])
  func `an unknown path and a wrong method are 405 and never 404`(method: String, path: String) throws {
    let answer = try TestServer().call(method, path)
    #expect(answer.status == 405)
    #expect(answer.text == #"{"error":"Method Not Allowed","status":405}"#)
  }

  @Test(arguments: ["/api/v1/auth/token", "/nothing", "/permissions", "/api/v1/app/operations"])
  func `every answer has an ETag and a Date and no WWW-Authenticate`(path: String) throws {
    let answer = try TestServer().form(path, "a=b")
    #expect(answer.wire.header("ETag")?.hasPrefix("W/\"") == true)
    #expect(answer.wire.header("Date")?.hasSuffix(" GMT") == true)
    #expect(answer.wire.header("WWW-Authenticate") == nil)
    #expect(answer.wire.header("Retry-After") == nil)
  }

  @Test func `three errors have their status as a string in the body`() throws {
    let server = try TestServer()
    let invalid = try server.operate(Demo.transfer, token: Demo.aliceAccess7, clientID: 7)
    #expect(invalid.text == #"{"error":{"op_name":"Operation invalid"},"status":"400"}"#)
    let missing = try server.operate(Demo.transfer, token: Demo.frankAccess4)
    #expect(
      missing.text
        == #"{"error":{"app_id":"App is missing permission for some of the operations"},"status":"400"}"#
    )
    let signed = """
      {"transaction":{"ref_block_num":1,"ref_block_prefix":2,"expiration":"2031-01-01T00:00:00",\
      "operations":[[0,{}]],"signatures":["00"]}}
      """
    let credentials = TestServer.credentials(Demo.aliceAccess7, 7)
    let broadcast = try server.json("/api/v1/app/broadcast", signed, headers: credentials)
    #expect(broadcast.status == 400)
    #expect(broadcast.json?["status"]?.string == "400")
  }

  @Test func `paths ignore case and a trailing slash`() throws {
    #expect(try TestServer().form("/API/v1/Auth/Token/", "").status == 400)
  }
}
