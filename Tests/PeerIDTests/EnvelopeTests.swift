import Testing

@testable import PeerID

/// Errors read from the responses of PeerID, its body parser and proxies.
@Suite struct EnvelopeTests {
  private func failure(_ status: Int, _ body: String, _ kind: RequestKind = .operations) -> PeerIDError? {
    Bytes(body).withBytes { bytes in
      let response = HTTPResponse(status: status, body: bytes, isTruncated: false)
      guard case .failure(let error) = Answer.result(of: .success(response), to: kind) else { return nil }
      return error
    }
  }

  struct Case: CustomTestStringConvertible {
    let status: Int
    let body: String
    let code: ErrorCode
    let outcome: Outcome
    let says: String
    var testDescription: String { "\(status) \(body.prefix(60))" }
  }

  private static let cases = [
    Case(
      status: 400,
      body: #"{"error":{"login":"\"value\" is required","client_id":"App does not exist"},"status":400}"#,
      code: .rejected,
      outcome: .notDone,
      says: #"login: "value" is required; client_id: App does not exist"#
    ),
    Case(
      status: 400,
      body: #"{"error":{"op_name":"Operation invalid"},"status":"400"}"#,
      code: .notPermitted,
      outcome: .notDone,
      says: "Operation invalid"
    ),
    Case(
      status: 401,
      body: #"{"error":"Access Token invalid or expired","status":401}"#,
      code: .rejected,
      outcome: .notDone,
      says: "Access Token invalid"
    ),
    Case(
      status: 401,
      body: #"{"error":{"login":"Permission does not exist for this user"},"status":401}"#,
      code: .notPermitted,
      outcome: .notDone,
      says: "Permission does not exist"
    ),
    Case(
      status: 405,
      body: #"{"error":"Method Not Allowed","status":405}"#,
      code: .rejected,
      outcome: .notDone,
      says: ""
    ),
    Case(
      status: 400,
      body: "Unexpected token } in JSON at position 7",
      code: .protocol,
      outcome: .unknown,
      says: "Unexpected token }"
    ),
    Case(
      status: 413,
      body: "<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>",
      code: .tooLarge,
      outcome: .notDone,
      says: "413 Request Entity Too Large"
    ),
    Case(
      status: 500,
      body: #"{"error":"server side error","status":500}"#,
      code: .server,
      outcome: .unknown,
      says: "find out whether it was done"
    ),
    Case(status: 502, body: "<h1>Bad Gateway</h1>", code: .server, outcome: .unknown, says: "Bad Gateway"),
    Case(status: 302, body: "", code: .protocol, outcome: .unknown, says: "redirects"),
    Case(status: 303, body: "", code: .protocol, outcome: .unknown, says: ""),
    Case(status: 429, body: "slow down", code: .rateLimited, outcome: .notDone, says: "slow down"),
    Case(status: 200, body: "", code: .protocol, outcome: .unknown, says: "empty body"),
    Case(status: 200, body: "OK", code: .protocol, outcome: .unknown, says: "not the JSON envelope"),
    Case(status: 200, body: #"{"status":200}"#, code: .protocol, outcome: .unknown, says: "without \"result\""),
    Case(status: 200, body: #"{"result":{"id":"#, code: .protocol, outcome: .unknown, says: "not the JSON envelope"),
    Case(status: 204, body: "", code: .protocol, outcome: .unknown, says: "empty body"),
    Case(
      status: 200,
      body: String(repeating: "[", count: 100_000),
      code: .protocol,
      outcome: .unknown,
      says: "not the JSON envelope"
    ),
  ]

  @Test(arguments: cases)
  func `a failed answer becomes an error with its outcome`(example: Case) throws {
    let error = try #require(failure(example.status, example.body))
    #expect(error.code == example.code)
    #expect(error.outcome == example.outcome)
    #expect(error.httpStatus == example.status)
    #expect(error.message.contains(example.says), "\(error.message)")
    #expect(!error.message.contains("\n"))
  }

  @Test(arguments: [
    (#"{"error":"no","status":502}"#, true), (#"{"error":"no","status":"502"}"#, true),
    (#"{"error":{"a":"b"}}"#, false), (#"{"error":{"a":"b"},"status":502}"#, true),
    (#"{"error":"no"}"#, false), (#"{"error":"no","status":500}"#, false),
    (#"{"error":"no","status":null}"#, false), (#"{"error":"no","status":502,"path":"/"}"#, false),
    (#"{"error":{"a":"b"},"path":"/"}"#, false), (#"{"error":["no"]}"#, false),
    (#"{"error":{"code":502,"message":"blocked"}}"#, false), (#"{"error":{}}"#, false),
    (#"{"error":{"code":502,"message":"blocked","status":"UNAVAILABLE"}}"#, false),
    (#"{"timestamp":1,"status":502,"error":"Bad Gateway","path":"/"}"#, false),
  ])
  func `an envelope with other members, or another status, comes from a gateway`(body: String, isOwn: Bool) {
    let envelope = Bytes(body).withBytes { Envelope(status: 502, body: $0) }
    guard case .error(_, let isPeerIDs) = envelope else {
      Issue.record("no error is read")
      return
    }
    #expect(isPeerIDs == isOwn)
  }

  @Test func `a stack trace of ten kilobytes is cut`() throws {
    let trace =
      "Error: something\\n" + String(repeating: "    at Object.<anonymous> (/srv/app/index.js:1:1)\\n", count: 200)
    let error = try #require(failure(500, #"{"error":"\#(trace)","status":500}"#))
    #expect(error.message.contains("Error: something"))
    #expect(!error.message.contains("/srv/app"))
    #expect(try #require(error.serverDetail).utf8.count < 4096)
  }

  @Test func `null is a result`() {
    #expect(failure(200, #"{"result":null,"status":200}"#) == nil)
  }

  @Test func `bytes that are not UTF-8 are not an envelope`() {
    let bytes: [UInt8] = Array(#"{"result":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    bytes.withUnsafeBytes { body in
      let response = HTTPResponse(status: 200, body: body, isTruncated: false)
      guard case .failure(let error) = Answer.result(of: .success(response), to: .operations) else {
        Issue.record("invalid UTF-8 was taken")
        return
      }
      #expect(error.code == .protocol)
    }
  }

  @Test func `a chain read is always retryable`() throws {
    #expect(try #require(failure(502, "", .chainRead)).isRetryable)
    #expect(!(try #require(failure(502, "", .operations)).isRetryable))
  }

  @Test(arguments: ["a", "\u{1}", "\u{301}", "😀", "\""])
  func `a detail is cut to four kilobytes, whatever its characters`(scalar: String) throws {
    let text = "x" + String(repeating: scalar, count: 10_000)
    let detail = ServerText.detail(JSONLiteral.string(text).document.root)
    #expect((680...4096).contains(detail.count))
    let cut = try JSONDocument(parsing: detail.raw).root.string ?? ""
    #expect(cut.unicodeScalars.dropLast().elementsEqual(text.unicodeScalars.prefix(cut.unicodeScalars.count - 1)))
    #expect(cut.unicodeScalars.last == "…")
  }
}
