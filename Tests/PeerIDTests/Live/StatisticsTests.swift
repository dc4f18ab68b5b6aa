import PeerIDSandbox
import Testing

@testable import PeerID

/// The statistics of a client, and the connection check.
@Suite(.blocking) struct StatisticsTests {
  private func count(_ client: Client, _ path: String...) throws -> Int64? {
    var value: JSONValue? = try JSONDocument(client.statistics()).root
    for key in path { value = value?.member(key) }
    return value?.integer
  }

  @Test func `calls are counted by kind and outcome`() throws {
    let live = try Live()
    let session = try live.logIn()
    _ = try session.submit(Live.transfer)
    live.sandbox.add(Fault(.dropAfter, path: Live.operations, times: 1))
    _ = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    _ = failure { () throws(PeerIDError) in try session.submit("[]") }
    let queue = try CompletionQueue()
    _ = try session.submit(Live.transfer, to: queue, tag: 1)
    _ = queue.next()
    #expect(try count(live.client, "calls", "login", "succeeded") == 1)
    #expect(try count(live.client, "calls", "submit", "succeeded") == 2)
    #expect(try count(live.client, "calls", "submit", "unknown") == 1)
    // A call with a wrong argument is not counted.
    #expect(try count(live.client, "calls", "submit", "not_sent") == 0)
    #expect(try count(live.client, "latency_us", "operations", "count") == 3)
    #expect(try count(live.client, "in_flight", "blocking") == 0)
    #expect(try count(live.client, "in_flight", "asynchronous") == 0)
    #expect(try count(live.client, "connections", "opened") ?? 0 >= 1)
    #expect(try count(live.client, "connections", "reused") ?? 0 >= 1)
  }

  @Test func `a refused token is counted as a refresh, a wait and a resend`() throws {
    let live = try Live(store: .memory())
    let session = try live.logIn(key: "alice")
    live.sandbox.expireTokens()
    _ = try session.submit(Live.transfer)
    #expect(try count(live.client, "resends_after_401") ?? 0 >= 1)
    #expect(try count(live.client, "refreshes", "started") == 1)
    #expect(try count(live.client, "refreshes", "renewed") == 1)
    #expect(try count(live.client, "refreshes", "waits") == 1)
    #expect(try count(live.client, "store", "locks") == 2)
    #expect(try count(live.client, "store", "failures") == 0)
  }

  @Test func `a check reports whether the server knows the application`() throws {
    let live = try Live()
    try live.client.check()
    #expect(live.refreshes == 1 && live.executed == 0)
    try live.client.setSecret("wrong")
    let error = failure { () throws(PeerIDError) in try live.client.check() }
    #expect(error?.code == .rejected && error?.outcome == .notDone)
    try live.client.setSecret("demo-secret-4")
    try live.client.check()
    #expect(try count(live.client, "calls", "check", "succeeded") == 2)
    #expect(try count(live.client, "calls", "check", "not_done") == 1)
  }

  @Test func `a session uses a changed secret`() throws {
    let live = try Live()
    let session = try live.logIn()
    try live.client.setSecret("wrong")
    let error = try #require(failure { () throws(PeerIDError) in try session.refresh() })
    #expect(error.code == .rejected)
    try live.client.setSecret("demo-secret-4")
    // After a failed refresh the next one waits.
    while let error = failure({ () throws(PeerIDError) in try session.refresh() }) {
      try #require(error.isRetryable && error.retryAfterMilliseconds > 0)
      live.clock.advance(milliseconds: error.retryAfterMilliseconds)
    }
    #expect(failure { () throws(PeerIDError) in try live.client.setSecret("") }?.code == .invalidArgument)
  }
}
