import PeerID
import Testing

@Suite struct BodyParsingTests {
  private let form = "application/x-www-form-urlencoded"

  @Test(arguments: ["{", "{\"a\":}", "nonsense", "\"text\"", "17", "{} {}"])
  func `malformed JSON is 400 in plain text on any path and before authentication`(body: String) throws {
    let server = try TestServer()
    for path in ["/api/v1/auth/token", "/api/v1/app/operations", "/no/such/path"] {
      let answer = try server.json(path, body)
      #expect(answer.status == 400)
      #expect(answer.wire.header("Content-Type") == "text/html; charset=utf-8")
      #expect(answer.json == nil)
      #expect(answer.text.contains("JSON"))
    }
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
  func `a deeply nested body is 400`(opening: String) throws {
    let server = try TestServer()
    let body = String(repeating: opening, count: 100_000 / opening.utf8.count)
    let answer = try server.json("/api/v1/auth/token", body)
    #expect(answer.status == 400)
    #expect(answer.text == "Unexpected end of JSON input")
    let form = [("Content-Type", form)]
    let nested = "a" + String(repeating: "[b]", count: 30_000) + "=1"
    #expect(try server.call("POST", "/api/v1/auth/token", headers: form, body: nested).status == 400)
    #expect(try server.signIn("login=alice&password=alice-password&client_id=4").status == 200)
  }

  /// In Swift, a separator and a combining accent after it are one Character.
  @Test func `a form may have any characters in its values`() throws {
    let server = try TestServer()
    let accent = "\u{301}"
    let answer = try server.signIn("password=\(accent)p&\(accent)x=1&client_id=4&login=\(accent)alice")
    #expect(answer.error == #"{"login":"User not found"}"#)
  }

  @Test func `a body of 102400 bytes is read and one byte more is 413`() throws {
    let server = try TestServer()
    let login = "login=" + String(repeating: "a", count: 102_400 - 6)
    #expect(try server.signIn(login).status == 400)
    let answer = try server.signIn(login + "a")
    #expect(answer.status == 413)
    #expect(answer.text == "request entity too large")
    #expect(answer.wire.header("Content-Type") == "text/html; charset=utf-8")
  }

  @Test func `a body that is far too large leaves the connection usable`() throws {
    let connection = try TestServer().connect()
    let body = [UInt8](repeating: 0x61, count: 3_000_000)
    let large = try connection.request("POST", "/x", headers: [("Content-Type", form)], body: body)
    #expect(large.status == 413)
    #expect(try connection.request("GET", "/x").status == 405)
  }

  @Test func `a form of more than 1000 parameters is 413`() throws {
    let server = try TestServer()
    let parameters = (0..<1_000).map { "p\($0)=" }.joined(separator: "&")
    #expect(try server.signIn(parameters).status == 400)
    let answer = try server.signIn(parameters + "&q=")
    #expect(answer.status == 413)
    #expect(answer.text == "too many parameters")
  }

  @Test(arguments: [
    ("application/json; charset=latin1", "", "unsupported charset \"LATIN1\""),
    ("application/x-www-form-urlencoded; charset=utf-16", "", "unsupported charset \"UTF-16\""),
    ("application/json", "br", "unsupported content encoding \"br\""),
  ])
  func `an unknown charset or encoding is 415`(type: String, encoding: String, text: String) throws {
    var headers = [("Content-Type", type)]
    if !encoding.isEmpty { headers.append(("Content-Encoding", encoding)) }
    let answer = try TestServer().call("POST", "/api/v1/auth/token", headers: headers, body: "{}")
    #expect(answer.status == 415)
    #expect(answer.text == text)
    #expect(answer.wire.header("Content-Type") == "text/html; charset=utf-8")
  }

  /// `login=alice&password=alice-password&client_id=4`, compressed by zlib in each kind of DEFLATE block.
  @Test(arguments: [Packed.gzip, Packed.stored, Packed.dynamic])
  func `a gzip body is decompressed`(body: [UInt8]) throws {
    let headers = [("Content-Type", form), ("Content-Encoding", "gzip")]
    let connection = try TestServer().connect()
    let answer = APIAnswer(
      try connection.request("POST", "/api/v1/auth/token", headers: headers, body: body)
    )
    #expect(answer.token("token") == Demo.aliceAccess4)
  }

  @Test(arguments: [[], [0x1F, 0x8B], Array(Packed.gzip.prefix(30)), [UInt8](repeating: 0xFF, count: 100)])
  func `a body whose header falsely says gzip is 400`(body: [UInt8]) throws {
    let headers = [("Content-Type", form), ("Content-Encoding", "gzip")]
    let answer = try TestServer().connect().request("POST", "/api/v1/auth/token", headers: headers, body: body)
    #expect(answer.status == 400)
  }

  @Test(arguments: ["text/plain", "multipart/form-data; boundary=x", "application/vnd.api+json", ""])
  func `a body with another content type, or without one, is ignored`(type: String) throws {
    let headers = type.isEmpty ? [] : [("Content-Type", type)]
    let body = #"{"login":"alice","password":"alice-password","client_id":4}"#
    let answer = try TestServer().call("POST", "/api/v1/auth/token", headers: headers, body: body)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?["login"]?.string == "\"value\" is required")
  }

  @Test func `the schema and not the parser refuses an integer of more than 64 bits`() throws {
    let transfer = Demo.transfer.replacing("100000", with: "123456789012345678901234567890")
    let answer = try TestServer().operate(transfer)
    #expect(answer.error == #"{"operations":"\"[0].amount.amount\" must be a safe number"}"#)
  }

  @Test func `a form may contain operations with brackets`() throws {
    let body =
      "operations[0][op_name]=transfer&operations[0][fee_asset]=1.3.0&operations[0][from]=1.2.31"
      + "&operations[0][to]=1.2.33&operations[0][amount][amount]=7&operations[0][amount][asset_id]=1.3.0"
    let headers = [("Content-Type", form)] + TestServer.credentials(Demo.aliceAccess4)
    #expect(try TestServer().call("POST", "/api/v1/app/operations", headers: headers, body: body).status == 200)
  }
}
