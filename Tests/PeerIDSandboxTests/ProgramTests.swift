import PeerID
import PeerIDSandbox
import Testing

@Suite struct ProgramTests {
  private func port(_ url: String) -> UInt16 { url.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

  @Test func `with --json it prints one line and exits cleanly`() throws {
    let program = try RunningProgram(["--json", "--idle-seconds=0"])
    let line = try #require(program.line())
    let summary = try JSONDocument(line).root
    let url = try #require(summary["url"]?.string)
    #expect(summary["apps"]?.count == 5)
    #expect(try TestConnection(port: port(url)).request("GET", "/x").status == 405)
    program.terminate()
    #expect(program.line() == nil)
    #expect(program.exitStatus() == 0)
  }

  @Test func `with --quiet it prints only its URL`() throws {
    let program = try RunningProgram(["--quiet", "--port=0"])
    let url = try #require(program.line())
    #expect(url.hasPrefix("http://127.0.0.1:"))
    program.terminate()
    #expect(program.exitStatus() == 0)
  }

  @Test func `it prints its URLs and its users`() throws {
    let program = try RunningProgram([])
    #expect(program.line()?.hasPrefix("PeerID sandbox is listening on http://127.0.0.1:") == true)
    var text = ""
    while let line = program.line() {
      text += line + "\n"
      if line.contains("Ctrl-C") { break }
    }
    for part in [
      "/permissions?client_id=4&redirect_uri=", "alice / alice-password", "demo-secret-4", Demo.aliceAccess4,
    ] {
      #expect(text.contains(part))
    }
    program.terminate()
    #expect(program.exitStatus() == 0)
  }

  @Test func `it can exit when its standard input is closed`() throws {
    let program = try RunningProgram(["--quiet", "--exit-with-stdin"])
    #expect(program.line() != nil)
    program.closeInput()
    #expect(program.exitStatus() == 0)
  }

  @Test(arguments: [
    (["--port", "x"], "--port needs a number"), (["--idle-seconds", "-1"], "--idle-seconds needs a number"),
    (["--nonsense"], "--help"), (["--fixture", "/no/such.json"], "/no/such.json"), (["--fixture"], "path of a file"),
    (["--fixture", "/proc/self/status"], "is not JSON"),
  ])
  func `a failed start reports the reason and exits with 2`(arguments: [String], part: String) throws {
    let program = try RunningProgram(arguments)
    let line = program.line()
    #expect(line?.contains(part) == true, "\(line ?? "(nothing)")")
    #expect(program.exitStatus() == 2)
  }

  @Test func `a port in use is reported and exits with 2`() throws {
    let sandbox = try Sandbox()
    let program = try RunningProgram(["--port", String(sandbox.port)])
    #expect(program.line()?.contains("port \(sandbox.port) is in use") == true)
    #expect(program.exitStatus() == 2)
  }

  @Test func `it prints a fixture that it can load`() throws {
    let program = try RunningProgram(["--print-fixture"])
    let json = try #require(program.line())
    #expect(try Fixture(json: json).users.count == 6)
    #expect(program.exitStatus() == 0)
  }
}
