import PeerIDSandbox
import Testing

@testable import PeerID

/// The lines of the log.
@Suite(.blocking) struct LogTests {
  private let lines = Gathered<(LogLevel, String)>()

  private func live(_ store: SessionStore? = nil) throws -> Live {
    try Live(store: store) { [lines] in
      $0.log = Log { level, message in lines.add((level, message)) }
    }
  }

  private func expectLine(_ level: LogLevel, _ parts: [String]) {
    let found = lines.all.contains { line in
      line.0 == level && parts.allSatisfy { line.1.contains($0) }
    }
    #expect(found, "\(parts) in \(lines.all)")
  }

  @Test func `an unknown outcome, a server error and a resend each have a log line that names the session`()
    throws
  {
    let live = try live(.memory())
    let session = try live.logIn(key: "alice\nof the shop")
    let who = ["(session 'alice of the shop', application 4)"]
    live.sandbox.add(Fault(.dropAfter, path: Live.operations))
    _ = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    expectLine(.warning, ["operations: connection_lost (unknown)"] + who)

    live.sandbox.add(Fault(.status(Fault.Replacement(status: 502, body: "")), path: Live.operations))
    _ = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    expectLine(.warning, ["operations: server (unknown)", "HTTP 502"] + who)

    live.sandbox.expireTokens()
    _ = try session.submit(Live.transfer)
    expectLine(.info, ["operations: sent again", "HTTP 401"] + who)
    expectLine(.info, ["session refreshed, generation 2"] + who)
    #expect(!lines.all.contains { $0.1.contains("\n") || $0.1.contains(session.token.accessToken) })
  }

  @Test func `a log line names the application, and for a session without a key the user`() throws {
    let live = try live()
    live.sandbox.add(Fault(.status(Fault.Replacement(status: 500, body: "")), path: "/api/v1/app/blockchain-data"))
    _ = failure { () throws(PeerIDError) in try live.client.readChain(api: "database", method: "get_chain_id") }
    expectLine(.warning, ["chain read: server (unknown)", "(application 4)"])

    live.sandbox.add(Fault(.status(Fault.Replacement(status: 504, body: "")), path: "/api/v1/auth/token"))
    _ = failure { () throws(PeerIDError) in try live.logIn() }
    expectLine(.warning, ["log in: server (unknown)", "(application 4)"])

    live.sandbox.add(Fault(.status(Fault.Replacement(status: 500, body: "")), path: "/api/v1/auth/refreshtoken"))
    _ = failure { () throws(PeerIDError) in try live.client.check() }
    expectLine(.warning, ["check: server (unknown)", "HTTP 500", "(application 4)"])

    let session = try live.logIn()
    live.sandbox.add(Fault(.dropAfter, path: Live.operations))
    let queue = try CompletionQueue()
    _ = try session.submit(Live.transfer, to: queue, tag: 1)
    _ = queue.next(timeoutMilliseconds: Live.patience)
    expectLine(.warning, ["operations: connection_lost (unknown)", "(user 1, application 4)"])
  }

  @Test func `a login and a read without an answer, and a read for an account that fails, have a log line`() throws {
    let live = try live()
    let chain = "/api/v1/app/blockchain-data"
    live.sandbox.add(Fault(.dropAfter, path: "/api/v1/auth/token"))
    _ = failure { () throws(PeerIDError) in try live.logIn() }
    expectLine(.warning, ["log in: connection_lost (unknown)"])
    live.sandbox.add(Fault(.dropAfter, path: chain))
    _ = failure { () throws(PeerIDError) in try live.client.readChain(api: "database", method: "get_chain_id") }
    expectLine(.warning, ["chain read: connection_lost (unknown)", "(application 4)"])
    live.sandbox.add(Fault(.status(Fault.Replacement(status: 502, body: "")), path: chain))
    _ = failure { () throws(PeerIDError) in try live.client.account("pi-alice") }
    expectLine(.warning, ["chain read: server (unknown)", "HTTP 502", "(application 4)"])

    // Reads for a session name it.
    let session = try live.logIn()
    let mark = try session.mark(Live.transfer)
    for status in [500, 502, 503, 504] {
      live.sandbox.add(Fault(.status(Fault.Replacement(status: status, body: "")), path: chain))
      _ = failure { () throws(PeerIDError) in
        switch status {
        case 500: _ = try session.account()
        case 502: _ = try session.setAccount("pi-alice")
        case 503: _ = try session.mark(Live.transfer)
        default: _ = try session.settle(mark)
        }
      }
      expectLine(.warning, ["chain read: server (unknown)", "HTTP \(status)", "(user 1, application 4)"])
    }
  }

  @Test func `an unknown outcome of a store has a log line`() throws {
    struct Broken: Error {}
    let broken = try live(.watched(onSave: { throw Broken() }))
    let code = try #require(broken.sandbox.makeCode(username: "alice", clientID: 4))
    _ = failure { () throws(PeerIDError) in try broken.client.exchange(code: code, key: "k") }
    expectLine(.warning, ["exchange: store (unknown): the code was exchanged, but", "(session 'k', application 4)"])

    let (saves, ends) = (Gathered<Bool>(), Gathered<Bool>())
    let hanging = try live(
      .watched(onSave: {
        saves.add(true)
        _ = eventually { !ends.all.isEmpty }
      })
    )
    let queue = try CompletionQueue()
    let alice = Credentials(login: "alice", password: "alice-password")
    let id = try hanging.client.logIn(alice, key: "k", to: queue, tag: 1)
    #expect(eventually { !saves.all.isEmpty })
    hanging.client.cancel(id)
    _ = queue.next(timeoutMilliseconds: Live.patience)
    expectLine(.warning, ["login: cancelled (unknown)", "its store had not answered", "(application 4)"])
    ends.add(true)
  }

  @Test func `calls that succeed or are refused have no log line`() throws {
    let live = try live()
    let session = try live.logIn()
    _ = try session.submit(Live.transfer)
    _ = failure { () throws(PeerIDError) in try live.client.logIn(login: "alice", password: "wrong") }
    #expect(lines.all.isEmpty)
  }
}
