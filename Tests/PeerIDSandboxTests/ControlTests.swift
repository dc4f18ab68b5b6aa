import PeerID
import PeerIDSandbox
import Testing

@Suite struct ControlTests {
  private func post(_ server: TestServer, _ name: String, _ body: String = "") throws -> APIAnswer {
    try server.call("POST", "/sandbox/\(name)", body: body)
  }

  private func get(_ server: TestServer, _ name: String) throws -> APIAnswer {
    try server.call("GET", "/sandbox/\(name)")
  }

  @Test func `expire makes access tokens invalid and leaves refresh tokens valid`() throws {
    let server = try TestServer()
    #expect(try post(server, "expire", #"{"user":"alice","app":4}"#).text == #"{"expired":1}"#)
    #expect(try !server.isAccepted(Demo.aliceAccess4))
    #expect(try server.isAccepted(Demo.aliceAccess8, clientID: 8))
    #expect(try server.isAccepted(server.refresh(Demo.aliceRefresh4).token("token")))
    #expect(try post(server, "expire", #"{"token":"\#(Demo.aliceAccess8)"}"#).text == #"{"expired":1}"#)
    #expect(try post(server, "expire").text == #"{"expired":6}"#)
  }

  @Test func `revoke ends one token of a pair or both`() throws {
    let server = try TestServer()
    #expect(try post(server, "revoke", #"{"token":"\#(Demo.aliceAccess4)","part":"access"}"#).status == 200)
    #expect(try !server.isAccepted(Demo.aliceAccess4))
    #expect(try post(server, "revoke", #"{"refresh_token":"\#(Demo.aliceRefresh4)","part":"refresh"}"#).status == 200)
    #expect(try server.refresh(Demo.aliceRefresh4).status == 400)
    #expect(try post(server, "revoke", #"{"user":"frank","part":"refresh"}"#).status == 200)
    #expect(try server.isAccepted(Demo.frankAccess4))
  }

  @Test func `reset restores the fixture or loads another one`() throws {
    let server = try TestServer()
    _ = try server.refresh(Demo.aliceRefresh4)
    _ = try post(server, "settings", #"{"accept_query":true}"#)
    #expect(try post(server, "reset").status == 200)
    #expect(try server.isAccepted(Demo.aliceAccess4))
    #expect(server.sandbox.settings == Fixture.demo.settings)
    #expect(try get(server, "requests").json?.count == 1)
    let fixture = #"{"users":[{"username":"zoe","email":"z@example.com","password":"p","account":"1.2.9"}]}"#
    #expect(try post(server, "reset", fixture).status == 200)
    #expect(try !server.isAccepted(Demo.aliceAccess4))
  }

  @Test func `settings are read and changed, and misspelt ones are refused`() throws {
    let server = try TestServer()
    let changed = try post(server, "settings", #"{"token_lifetime_ms":60000,"save_delay_ms":5}"#)
    #expect(changed.json?["token_lifetime_ms"]?.integer == 60_000)
    #expect(try get(server, "settings").json?["save_delay_ms"]?.integer == 5)
    let wrong = try post(server, "settings", #"{"save_delay":5}"#)
    #expect(wrong.status == 400)
    #expect(wrong.json?["error"]?.string?.contains("save_delay_ms") == true)
    #expect(try post(server, "settings", #"{"save_delay_ms":-5}"#).status == 400)
    #expect(try post(server, "settings", "{").status == 400)
  }

  @Test func `the clock offset moves the Date header and the expiry together`() throws {
    let server = try TestServer()
    let before = try server.call("GET", "/x").wire.header("Date")
    _ = try post(server, "settings", #"{"clock_offset_s":8640000}"#)
    #expect(try server.call("GET", "/x").wire.header("Date") != before)
    #expect(try !server.isAccepted(Demo.aliceAccess4), "a token of 90 days has expired after 100")
  }

  @Test func `the lifetime of new tokens can be set`() throws {
    let server = try TestServer()
    _ = try post(server, "settings", #"{"token_lifetime_ms":-1}"#)
    let token = try server.exchange(Demo.aliceCode4).token("token")
    #expect(try !server.isAccepted(token))
  }

  @Test func `requests are counted by method, path and status`() throws {
    let server = try TestServer()
    _ = try server.operate(Demo.transfer)
    _ = try server.operate("")
    _ = try server.call("GET", "/x")
    #expect(
      try get(server, "counts").text
        == #"{"GET /x":{"total":1,"405":1},"POST /api/v1/app/operations":{"total":2,"200":1,"500":1}}"#
    )
    _ = try post(server, "counts")
    #expect(try get(server, "counts").text == "{}")
  }

  @Test func `the log contains complete requests and answers`() throws {
    let server = try TestServer()
    _ = try server.signIn("login=alice&password=alice-password&client_id=4")
    let entry = try #require(try get(server, "requests?path=/api/v1/auth/token").json?[0])
    #expect(entry["sequence"]?.integer == 1)
    #expect(entry["body"]?.string == "login=alice&password=alice-password&client_id=4")
    #expect(entry["headers"]?["Content-Type"]?.string == "application/x-www-form-urlencoded")
    #expect(entry["answer"]?.string?.contains(Demo.aliceAccess4) == true)
    let arrived = try #require(entry["arrived_us"]?.integer)
    let answered = try #require(entry["answered_us"]?.integer)
    #expect(arrived <= answered)
    #expect(entry["delivered"]?.boolean == true)
    #expect(try get(server, "requests?after=1").json?.count == 0)
  }

  @Test func `reading the log can wait for requests`() throws {
    let server = try TestServer()
    let question = try server.connect()
    question.send("GET", "/sandbox/requests?path=/x&at_least=2&wait_ms=600000")
    _ = try server.call("GET", "/x")
    _ = try server.call("GET", "/x")
    #expect(APIAnswer(try question.receive()).json?.count == 2)
    #expect(try get(server, "requests?path=/y&at_least=1&wait_ms=1").json?.count == 0)
  }

  @Test func `refreshed pairs are saved on demand, or before a request`() throws {
    let server = try TestServer(saveDelay: 600_000)
    let first = try server.refresh(Demo.aliceRefresh4)
    #expect(try !server.isAccepted(first.token("token")))
    #expect(try post(server, "save").text == "{}")
    #expect(try server.isAccepted(first.token("token")))
    let second = try server.refresh(first.token("refresh_token")).token("token")
    #expect(try post(server, "faults", #"{"kind":"save_first","skip":2}"#).status == 200)
    #expect(try (0..<3).map { _ in try server.isAccepted(second) } == [false, false, true])
  }

  @Test func `a request waits until it is released`() throws {
    let server = try TestServer()
    let fault = try post(server, "faults", #"{"kind":"delay","path":"*","ms":"until_released","times":2}"#)
    #expect(fault.json?[0]?["ms"]?.string == "until_released")
    let (first, second) = (try server.connect(), try server.connect())
    first.send("GET", "/x")
    #expect(server.waitForRequests(1))
    #expect(server.sandbox.requests().first?.isProcessed == false)
    #expect(try post(server, "release").text == "{}")
    #expect(try first.receive().status == 405)
    // A later request waits for the next release.
    second.send("GET", "/x")
    #expect(server.waitForRequests(2))
    #expect(server.sandbox.requests().last?.isProcessed == false)
    // A request that waits during a reset must not change the new state.
    #expect(try post(server, "reset").status == 200)
    #expect(throws: TestConnection.Broken.closed(afterBytes: 0)) { try second.receive() }
    #expect(server.sandbox.requests().isEmpty)
  }

  @Test func `the clock can be stopped`() throws {
    let server = try TestServer()
    #expect(try post(server, "settings", #"{"stopped_clock_ms":1700000000000}"#).status == 200)
    #expect(try server.call("GET", "/x").wire.header("Date") == "Tue, 14 Nov 2023 22:13:20 GMT")
    _ = try post(server, "settings", #"{"clock_offset_s":60}"#)
    #expect(try server.call("GET", "/x").wire.header("Date") == "Tue, 14 Nov 2023 22:14:20 GMT")
    #expect(try post(server, "settings", #"{"stopped_clock_ms":null}"#).json?["stopped_clock_ms"]?.isNull == true)
    #expect(try server.call("GET", "/x").wire.header("Date")?.contains("2023") == false)
  }

  @Test func `executed operations are listed with their request`() throws {
    let server = try TestServer()
    _ = try server.call("GET", "/x")
    _ = try server.operate("\(Demo.transfer),\(Demo.bet)")
    let list = try #require(try get(server, "executed").json)
    #expect(list["transactions"]?.integer == 1)
    #expect(list["count"]?.integer == 2)
    #expect(list["operations"]?[1]?["op_name"]?.string == "bet_place")
    #expect(list["operations"]?[1]?["request"]?.integer == 2)
    #expect(list["operations"]?[1]?["user"]?.string == "alice")
  }

  @Test func `tokens, codes and consents can be listed and created`() throws {
    let server = try TestServer()
    let pairs = try get(server, "tokens?user=alice&app=4").json
    #expect(pairs?[0]?["pair"]?["token"]?.string == Demo.aliceAccess4)
    let code = try post(server, "codes", #"{"user":"bob","app":4}"#).json?["code"]?.string
    #expect(try server.exchange(code ?? "").status == 200)
    #expect(try get(server, "codes").json?.count == 4)
    _ = try post(server, "consents", #"{"user":"alice","app":4,"operations":["bet_place"]}"#)
    #expect(try server.operate(Demo.transfer).error.contains("app_id"))
    _ = try post(server, "consents", #"{"user":"alice","app":4}"#)
    #expect(try server.operate(Demo.transfer).status == 200)
    _ = try post(server, "consents", #"{"user":"frank","app":4,"joined":false}"#)
    #expect(try server.signIn("login=frank&password=frank-password&client_id=4").token("token").count == 124)
  }

  @Test(arguments: [
    #"{"kind":"drop_mid","cut":"body","path":"*"}"#, #"{"kind":"delay","ms":1,"times":"always"}"#,
    #"[{"kind":"close_after"},{"kind":"hang_up"}]"#,
    #"{"kind":"status","status":429,"headers":{"Retry-After":"1"},"body":{"a":1}}"#,
  ])
  func `faults are added and listed over HTTP`(body: String) throws {
    let server = try TestServer()
    #expect(try post(server, "faults", body).status == 200)
    #expect(try get(server, "faults").json?[0]?["kind"] != nil)
    #expect(try post(server, "faults", #"{"clear":true}"#).text == "[]")
  }

  @Test(arguments: [
    #"{"kind":"explode"}"#, "{}", #"{"kind":"status"}"#, #"{"kind":"delay","ms":-1}"#, #"{"kind":"delay","miles":1}"#,
    #"{"kind":"delay","times":0}"#, #"{"kind":"delay","times":"twice"}"#, #"{"kind":"drop_mid","cut":"tail"}"#,
  ])
  func `an invalid fault is refused with the reason`(body: String) throws {
    let answer = try post(try TestServer(), "faults", body)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.contains("must be") == true || answer.text.contains("known are"))
  }

  @Test func `requests to the controls are not counted and get no faults`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.dropBefore, times: nil))
    #expect(try get(server, "counts").text == "{}")
    #expect(try get(server, "nothing").status == 404)
    #expect(server.sandbox.requests().isEmpty)
  }

  @Test(arguments: [
    ("settings", #"{"save_delay":1}"#, #"did you mean "save_delay_ms"?"#),
    ("expire", #"{"user":"alise"}"#, #"did you mean "alice"?"#),
    ("expire", #"{"app":44}"#, "there is no app 44; known are 4, 5, 6, 7, 8"),
    ("faults", #"{"kind":"delay","path":"/api/v1/app/operation"}"#, #"did you mean "/api/v1/app/operations"?"#),
    ("faults", #"{"kind":"drop_atfer"}"#, #"did you mean "drop_after"?"#),
    ("consents", #"{"user":"alice","app":4,"operations":["transfr"]}"#, #"did you mean "transfer"?"#),
    ("reset", #"{"user":[]}"#, #"did you mean "users"?"#),
  ])
  func `an unknown name is refused with the nearest one`(name: String, body: String, hint: String) throws {
    let answer = try post(try TestServer(), name, body)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.contains(hint) == true, "\(answer.text)")
  }

  @Test(arguments: [
    ("requests?pth=/", #"did you mean "path"?"#), ("tokens?user=alic", #"did you mean "alice"?"#),
    ("executed?after=1", "none are allowed here"),
  ])
  func `an unknown query is refused with the nearest name`(control: String, hint: String) throws {
    let answer = try get(try TestServer(), control)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.contains(hint) == true, "\(answer.text)")
  }
}
