import PeerID
import PeerIDSandbox
import Testing

@Suite struct FaultTests {
  private let path = "/api/v1/app/operations"

  private func attempt(_ server: TestServer) -> Result<APIAnswer, TestConnection.Broken> {
    do {
      return .success(try server.operate(Demo.transfer))
    } catch let broken as TestConnection.Broken {
      return .failure(broken)
    } catch {
      return .failure(.cannotConnect)
    }
  }

  private func isClosed(_ result: Result<APIAnswer, TestConnection.Broken>) -> Int? {
    if case .failure(.closed(let bytes)) = result { bytes } else { nil }
  }

  @Test func `drop_before closes without processing`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.dropBefore, path: path))
    #expect(isClosed(attempt(server)) == 0)
    #expect(server.sandbox.executedTransactionCount == 0)
    #expect(server.sandbox.requestCount("POST \(path)", outcome: "dropped") == 1)
    #expect(try server.operate(Demo.transfer).status == 200)
  }

  @Test func `drop_after processes and closes without an answer`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.dropAfter, path: path))
    #expect(isClosed(attempt(server)) == 0)
    #expect(server.sandbox.executedTransactionCount == 1)
    let entry = try #require(server.sandbox.requests(path: path).first)
    #expect(entry.isProcessed)
    #expect(entry.status == 200)
    #expect(entry.isDelivered == false)
    #expect(entry.fault == "drop_after")
  }

  @Test(arguments: Fault.Cut.allCases)
  func `drop_mid sends a part of the answer`(cut: Fault.Cut) throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.dropMid(cut), path: path))
    let connection = try server.connect()
    let body = Array("{\"operations\":[\(Demo.transfer)]}".utf8)
    let headers = [("Content-Type", "application/json")] + TestServer.credentials(Demo.aliceAccess4)
    connection.send("POST", path, headers: headers, body: body)
    let text = String(decoding: try connection.readToEnd(), as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.contains("\r\n\r\n") == (cut != .head))
    #expect(!text.contains("\"status\":200"))
    #expect(server.sandbox.executedTransactionCount == 1)
  }

  @Test func `another status is sent with its headers, and nothing is processed`() throws {
    let server = try TestServer()
    let replacement = Fault.Replacement(
      status: 503,
      headers: [("Retry-After", "7")],
      body: "<html>busy</html>",
      contentType: "text/html"
    )
    server.sandbox.add(Fault(.status(replacement), path: path, times: 2))
    for _ in 0..<2 {
      let answer = try server.operate(Demo.transfer)
      #expect(answer.status == 503)
      #expect(answer.wire.header("Retry-After") == "7")
      #expect(answer.text == "<html>busy</html>")
    }
    #expect(server.sandbox.executedTransactionCount == 0)
    #expect(try server.operate(Demo.transfer).status == 200)
  }

  @Test func `status_after processes before it sends the status`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.statusAfter(Fault.Replacement(status: 502)), path: path))
    #expect(try server.operate(Demo.transfer).text == #"{"error":"Bad Gateway","status":502}"#)
    #expect(server.sandbox.executedTransactionCount == 1)
  }

  @Test func `close_after announces the close and closes`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.closeAfter))
    let connection = try server.connect()
    let answer = try connection.request("GET", "/x")
    #expect(answer.header("Connection")?.lowercased() == "close")
    #expect(try connection.readToEnd().isEmpty)
  }

  @Test func `hang_up closes after a complete answer without announcing it`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.hangUp))
    let connection = try server.connect()
    let answer = try connection.request("GET", "/x")
    #expect(answer.status == 405)
    #expect(answer.header("Connection")?.lowercased() != "close")
    #expect(try connection.readToEnd().isEmpty)
  }

  @Test func `a delayed request does not block others`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.delay, path: path, milliseconds: Fault.untilReleased))
    let slow = try server.connect()
    let body = Array("{\"operations\":[\(Demo.transfer)]}".utf8)
    let headers = [("Content-Type", "application/json")] + TestServer.credentials(Demo.aliceAccess4)
    slow.send("POST", path, headers: headers, body: body)
    #expect(server.waitForRequests(1, path: path))
    #expect(try server.call("GET", "/x").status == 405)
    #expect(server.sandbox.executedTransactionCount == 0)
    server.sandbox.releaseRequests()
    #expect(try slow.receive().status == 200)
    #expect(server.sandbox.executedTransactionCount == 1)
  }

  @Test(arguments: [Fault.Action.delay, .delayAfter])
  func `a delay takes its time`(action: Fault.Action) throws {
    let server = try TestServer()
    server.sandbox.add(Fault(action, path: path, milliseconds: 100))
    let start = ContinuousClock.now
    #expect(try server.operate(Demo.transfer).status == 200)
    #expect(ContinuousClock.now - start >= .milliseconds(100))
  }

  @Test func `delay_after processes at once and answers late`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.delayAfter, path: path, milliseconds: Fault.untilReleased))
    let slow = try server.connect()
    let body = Array("{\"operations\":[\(Demo.transfer)]}".utf8)
    let headers = [("Content-Type", "application/json")] + TestServer.credentials(Demo.aliceAccess4)
    slow.send("POST", path, headers: headers, body: body)
    #expect(server.waitForRequests(1, path: path))
    #expect(server.sandbox.executedTransactionCount == 1)
    #expect(server.sandbox.requests(path: path).first?.answeredMicroseconds == nil)
    server.sandbox.releaseRequests()
    #expect(try slow.receive().status == 200)
  }

  @Test func `stopping the sandbox ends waiting requests`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.delay, milliseconds: 600_000))
    let slow = try server.connect()
    slow.send("GET", "/x")
    #expect(server.waitForRequests(1))
    server.sandbox.stop()
    #expect(try slow.readToEnd().isEmpty)
  }

  @Test func `faults apply in order, and may skip some requests`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.status(Fault.Replacement(status: 500)), path: path, skip: 1))
    server.sandbox.add(Fault(.status(Fault.Replacement(status: 503)), path: path))
    server.sandbox.add(Fault(.status(Fault.Replacement(status: 504)), path: "/other"))
    let statuses = try (0..<3).map { _ in try server.operate(Demo.transfer).status }
    #expect(statuses == [503, 500, 200])
    #expect(server.sandbox.pendingFaults.map(\.path) == ["/other"])
    server.sandbox.removeFaults()
    #expect(server.sandbox.pendingFaults.isEmpty)
  }
}
