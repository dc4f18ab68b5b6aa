import PeerID
import PeerIDSandbox
import Testing

@Suite struct FixtureTests {
  @Test func `a fixture is read from its own JSON`() throws {
    let copy = try Fixture(json: Fixture.demo.json)
    #expect(copy.json == Fixture.demo.json)
    let server = try TestServer(copy)
    #expect(try server.operate(Demo.transfer).status == 200)
  }

  @Test(arguments: [
    ("{", "line 1"), ("[]", "must be an object"), (#"{"user":[]}"#, "known are users"),
    (#"{"users":[{"username":"a"}]}"#, "users[0].account"),
    (#"{"users":{}}"#, "must be an array"),
    (#"{"tokens":[{"user":"nobody","app":4}]}"#, "tokens[0].user"),
    (#"{"apps":[{"client_id":1,"client_secret":"s","name":"n","operations":["fly"]}]}"#, "apps[0].operations"),
    (#"{"settings":{"save_delay_ms":"soon"}}"#, "settings.save_delay_ms"),
  ])
  func `an error in a fixture names the key and what is valid`(json: String, part: String) throws {
    let error = #expect(throws: SandboxError.self) { try Fixture(json: json, name: "my.json") }
    #expect(error?.description.contains("my.json") == true)
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test func `the error of a missing file names the file`() throws {
    let error = #expect(throws: SandboxError.self) { try Fixture(contentsOfFile: "/no/such/file.json") }
    #expect(error?.description.contains("/no/such/file.json") == true)
  }

  @Test func `the error of a port in use names the port and what to do`() throws {
    let sandbox = try Sandbox()
    let error = #expect(throws: SandboxError.self) { try Sandbox(port: sandbox.port) }
    #expect(error?.description.contains("port \(sandbox.port) is in use") == true)
  }

  @Test func `the summary is one line of JSON with the URL`() throws {
    let sandbox = try Sandbox()
    let summary = try JSONDocument(sandbox.summary).root
    #expect(summary["url"]?.string == sandbox.url)
    #expect(summary["users"]?.count == 6)
    #expect(summary["tokens"]?[0]?["token"]?.string == Demo.aliceAccess4)
    #expect(!sandbox.summary.contains("\n"))
  }
}
