import PeerID
import PeerIDSandbox
import Testing

@Suite struct ConnectionTests {
  @Test func `a connection is kept alive for many requests`() throws {
    let connection = try TestServer().connect()
    for _ in 0..<50 { #expect(try connection.request("GET", "/x").status == 405) }
  }

  @Test func `an idle connection is closed after five seconds`() throws {
    let sandbox = try Sandbox()
    let start = ContinuousClock.now
    let connection = try TestConnection(port: sandbox.port, of: sandbox)
    #expect(try connection.readToEnd().isEmpty)
    #expect(ContinuousClock.now - start > .seconds(4))
  }

  /// Without `TCP_NODELAY`, the second part of an answer waits until the client acknowledges the first part, which
  /// takes the client 40 ms.
  @Test func `an answer on a reused connection does not wait for a delayed acknowledgement`() throws {
    let server = try TestServer()
    let connection = try server.connect()
    for _ in 0..<2 {
      #expect(try connection.request("GET", "/x").status == 405)
      #expect(connection.isSentAtOnceByPeer == true)
    }
  }

  @Test func `five hundred connections are held at once`() throws {
    let server = try TestServer()
    let connections = try (0..<500).map { _ in try server.connect() }
    for connection in connections { connection.send("GET", "/x") }
    #expect(try connections.allSatisfy { try $0.receive().status == 405 })
  }

  @Test func `requests that arrive in one piece are answered one by one`() throws {
    let connection = try TestServer().connect()
    for _ in 0..<3 { connection.send("GET", "/x") }
    for _ in 0..<3 { #expect(try connection.receive().status == 405) }
  }

  @Test func `sandboxes in one program are independent`() throws {
    let first = try TestServer()
    let second = try TestServer()
    _ = try first.refresh(Demo.aliceRefresh4)
    #expect(try !first.isAccepted(Demo.aliceAccess4))
    #expect(try second.isAccepted(Demo.aliceAccess4))
  }

  @Test func `a stopped sandbox takes no connections and may be stopped again`() throws {
    let server = try TestServer()
    server.sandbox.stop()
    server.sandbox.stop()
    #expect(throws: TestConnection.Broken.cannotConnect) { try server.connect() }
  }

  @Test func `a client that closes early is logged`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.delay, path: "/x", milliseconds: Fault.untilReleased))
    do {
      let connection = try server.connect()
      connection.send("GET", "/x")
      #expect(server.waitForRequests(1))
    }
    server.sandbox.releaseRequests()
    #expect(server.sandbox.waitUntilIdle(upToMilliseconds: TestConnection.patienceSeconds * 1000))
    // Whether it is still processed depends on which the server sees first: the end of the delay or of the connection.
    #expect(server.sandbox.requests().first?.endedMicroseconds != nil)
  }
}
