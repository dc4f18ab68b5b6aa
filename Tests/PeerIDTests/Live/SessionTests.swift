import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// Sessions against the sandbox, as a user of the library sees them.
@Suite(.blocking) struct SessionTests {
  @Test func `a user logs in, submits, loses the token, and submits again without noticing`() throws {
    let live = try Live()
    let session = try live.logIn()
    #expect(session.token.permits("transfer") && session.token.generation == 1)
    let first = try session.submit(Live.transfer)
    #expect(first.transactionID?.utf8.count == 40 && first.blockNumber != nil && first.transactionNumber != nil)
    live.sandbox.expireTokens()
    let second = try session.submit(Live.transfer)
    #expect(second.transactionID != first.transactionID)
    #expect(live.refreshes == 1 && live.executed == 2 && session.token.generation == 2)
  }

  @Test func `200 threads with a refused token make one refresh, and all 200 operations arrive once`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.revokeAccessTokens()
    let failures = Gathered<String>()
    onThreads(200) { _ in
      if let error = failure({ () throws(PeerIDError) in try session.submit(Live.transfer) }) {
        failures.add("\(error)")
      }
    }
    #expect(failures.all == [])
    #expect(live.refreshes == 1 && live.executed == 200)
  }

  @Test func `200 threads with an expired token make one refresh`() throws {
    let live = try Live()
    live.sandbox.configure { $0.tokenLifetime = 3_600_000 }
    let first = try live.logIn()
    try first.refresh()
    // The server's clock moves by two hours: the token has expired, and the client does not know.
    live.sandbox.configure { $0.clockOffset = 7200 }
    let session = try live.client.restore(tokenJSON: first.exportTokens())
    _ = try live.client.readChain(api: "database", method: "get_chain_properties")
    // After a second the client reads the server's time again.
    live.clock.advance(milliseconds: 1100)
    _ = try live.client.readChain(api: "database", method: "get_chain_properties")
    let before = live.refreshes
    let failures = Gathered<String>()
    onThreads(200) { _ in
      if let error = failure({ () throws(PeerIDError) in try session.submit(Live.transfer) }) {
        failures.add("\(error)")
      }
    }
    #expect(failures.all == [])
    #expect(live.refreshes == before + 1)
    #expect(live.executed == 200)
    // No call sent the expired token.
    #expect(live.submits == 200)
  }

  @Test func `after an early refusal of a new token the call waits, and does not refresh`() throws {
    let live = try Live(clock: .stopped())
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let session = try live.logIn()
    try session.refresh()
    live.sandbox.add(.saveFirst(path: Live.operations, skip: 6))
    _ = try session.submit(Live.transfer)
    #expect(live.refreshes == 1 && live.executed == 1)
    #expect(live.sandbox.requestCount("POST " + Live.operations, outcome: "401") == 6)
  }

  @Test func `a second refresh just after the first does not end the session`() throws {
    let live = try Live(clock: .stopped())
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let session = try live.logIn()
    try session.refresh()
    live.sandbox.configure { $0.saveDelay = 0 }
    live.sandbox.add(.saveFirst(path: Live.refresh, skip: 2))
    try session.refresh()
    _ = try session.submit(Live.transfer)
    #expect(session.token.generation == 3 && live.executed == 1)
    #expect(live.sandbox.requestCount("POST " + Live.refresh, outcome: "400") == 2)
  }

  @Test func `a refresh continues when the caller that started it times out`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.revokeAccessTokens()
    live.sandbox.add(.held(path: Live.refresh))
    let error = live.timeout(at: Live.refresh) { () throws(PeerIDError) in _ = try session.submit(Live.transfer) }
    #expect(error?.code == .timeout && error?.outcome == .notDone)
    live.sandbox.releaseRequests()
    #expect(eventually { session.token.generation == 2 })
    _ = try session.submit(Live.transfer)
    #expect(live.refreshes == 1 && live.executed == 1)
  }

  @Test func `no call waits for a refresh long before the expiry`() throws {
    let live = try Live(options: ["refresh_window_ms": "7200000"])
    live.sandbox.configure { $0.tokenLifetime = 3_600_000 }
    let first = try live.logIn()
    try first.refresh()
    let generation = first.token.generation
    let session = try live.client.restore(tokenJSON: first.exportTokens())
    // Half of the token's hour has passed.
    live.sandbox.configure { $0.clockOffset = 2000 }
    _ = try live.client.readChain(api: "database", method: "get_chain_properties")
    // After a second the client reads the server's time again.
    live.clock.advance(milliseconds: 1100)
    _ = try live.client.readChain(api: "database", method: "get_chain_properties")
    live.sandbox.add(.held(path: Live.refresh))
    _ = try session.submit(Live.transfer)
    #expect(session.token.generation == generation)
    #expect(live.waitForRequests(2, path: Live.refresh))
    live.sandbox.releaseRequests()
    #expect(eventually { session.token.generation == generation + 1 })
  }

  @Test func `a stored pair that has already expired is refreshed before login returns`() throws {
    let live = try Live()
    let session = try live.client.logIn(login: "erin@example.com", password: "erin-password")
    #expect(session.token.generation == 2 && live.refreshes == 1)
  }

  @Test func `the error of a null result suggests the authorization code flow`() throws {
    let live = try Live()
    let error = failure { () throws(PeerIDError) in try live.client.logIn(login: "dave", password: "dave-password") }
    #expect(error?.code == .rejected && error?.message.contains("authorization code flow") == true)
  }

  @Test func `a used refresh token ends the session, and the server is not asked again`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.revokeAccessTokens()
    live.sandbox.revokeRefreshTokens()
    for attempt in 0..<5 {
      let error = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
      // The first call was sent and got HTTP 401.
      #expect(error?.code == .loginRequired && error?.outcome == (attempt == 0 ? .notDone : .notSent))
    }
    #expect(live.refreshes == 1 && live.submits == 1)
  }

  @Test func `when the chain refuses a refresh the old pair stays in use`() throws {
    let live = try Live(clock: .stopped())
    let session = try live.logIn()
    live.sandbox.add(Fault(.status(.init(status: 500)), path: Live.refresh))
    #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .server)
    _ = try session.submit(Live.transfer)
    #expect(live.executed == 1 && session.token.generation == 1)
    #expect(failure { () throws(PeerIDError) in try session.refresh() }?.isRetryable == true)
    #expect(live.refreshes == 1)
  }

  @Test func `a lost answer to a refresh is probed once, and ends the session`() throws {
    let live = try Live(options: ["refresh_probe_delay_ms": "50"], clock: .stopped())
    let session = try live.logIn()
    live.sandbox.add(Fault(.dropAfter, path: Live.refresh))
    #expect(failure { () throws(PeerIDError) in try session.refresh() }?.outcome == .unknown)
    live.clock.advance(milliseconds: 49)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.outcome == .notDone)
    #expect(live.refreshes == 1)
    live.clock.advance(milliseconds: 1)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(live.refreshes == 2)
  }

  /// Until the server has saved the pair whose answer was lost, a login returns the old one.
  @Test(arguments: [0, 1])
  func `with stored credentials a lost answer does not end the session`(oldPairs: Int) throws {
    let live = try Live(options: ["relogin": "keep"])
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let session = try live.logIn()
    live.sandbox.add(Fault(.dropAfter, path: Live.refresh))
    live.sandbox.add(.saveFirst(path: Live.logIn, skip: oldPairs))
    try session.refresh()
    _ = try session.submit(Live.transfer)
    #expect(live.executed == 1 && live.refreshes == 1)
    #expect(live.sandbox.requestCount("POST " + Live.logIn) == oldPairs + 2)
  }

  @Test(arguments: [Int64(-36_000), 36_000])
  func `a wrong local clock changes nothing`(offset: Int64) throws {
    let live = try Live()
    live.sandbox.configure {
      $0.clockOffset = offset
      $0.tokenLifetime = 3_600_000
    }
    let session = try live.logIn()
    try session.refresh()
    for _ in 0..<3 { _ = try session.submit(Live.transfer) }
    #expect(live.refreshes == 1 && live.executed == 3)
  }

  @Test(arguments: ["form", "json"])
  func `parameters are sent as the option says`(style: String) throws {
    let live = try Live(options: ["parameters": style])
    let session = try live.logIn()
    try session.refresh()
    let code = try #require(live.sandbox.makeCode(username: "alice", clientID: 4))
    _ = try live.client.exchange(code: code)
    for request in live.sandbox.requests() { #expect(request.query.isEmpty) }
  }

  @Test func `a server that requires the query is detected, and works with the option`() throws {
    let live = try Live(options: ["parameters": "query"])
    let error = failure { () throws(PeerIDError) in try live.logIn() }
    #expect(error?.message.contains("parameters=form or json") == true)
    live.sandbox.configure { $0.acceptsQuery = true }
    try live.logIn().refresh()
  }
}
