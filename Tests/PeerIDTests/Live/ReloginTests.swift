import PeerIDSandbox
import Testing

@testable import PeerID

/// Relogin handlers that take long.
@Suite(.blocking) struct ReloginTests {
  /// A store in memory whose locks end by themselves after twice the wait for them. It notes which calls came later.
  private static func leased(_ clock: AdvancedClock, _ late: Gathered<String>, _ locks: Gathered<Int64>) -> SessionStore
  {
    let memory = SessionStore.memory().backend
    let now: @Sendable () -> Int64 = { clock.clock.monotonicMilliseconds() }
    let check: @Sendable (String, UInt) -> Void = { call, lock in
      if lock > 0, now() > locks.all[Int(lock) - 1] { late.add(call) }
    }
    return SessionStore(
      load: { (key, lock) throws(PeerIDError) in
        check("load", lock)
        return try memory.load(key, 0)
      },
      save: { (key, session, expected, lock) throws(PeerIDError) in
        check("save", lock)
        return try memory.save(key, session, expected, 0)
      },
      remove: { (key, _) throws(PeerIDError) in try memory.remove(key, 0) },
      lock: { (_, timeout) throws(PeerIDError) in
        locks.add(now() + 2 * timeout)
        return UInt(locks.all.count)
      },
      unlock: { _, _ in },
      list: { () throws(PeerIDError) in try memory.list() }
    )
  }

  /// The call may time out before the handler returns; the refresh continues.
  private func refresh(_ session: Session) {
    let first = session.token
    _ = failure { () throws(PeerIDError) in try session.refresh() }
    #expect(eventually { !session.token.isSamePair(as: first) })
  }

  /// The lock lasts twice the timeout of a refresh, which is an hour.
  @Test(arguments: [(1_000, 2), (5_000_000, 2), (5_401_000, 3), (7_201_000, 3), (36_000_000, 3)])
  func `nothing is done under a lock that has ended while the handler ran`(milliseconds: Int64, locks: Int) throws {
    let (clock, late, taken, calls) = (AdvancedClock(), Gathered<String>(), Gathered<Int64>(), Gathered<String?>())
    let sandbox = try Live.makeSandbox()
    let configuration = try Live.configuration(sandbox, store: Self.leased(clock, late, taken)) {
      $0.setReloginHandler { key in
        calls.add(key)
        clock.advance(milliseconds: milliseconds)
        return Credentials(login: "alice", password: "alice-password")
      }
    }
    let client = try Client(configuration, clock: clock.clock)
    let session = try client.logIn(login: "alice", password: "alice-password", key: "alice")
    sandbox.add(Fault(.dropAfter, path: Live.refresh, times: 1))
    refresh(session)
    _ = try session.submit(Live.transfer)
    #expect(calls.all == ["alice"] && late.all.isEmpty)
    #expect(taken.all.count == locks)
    #expect(try Client(configuration, clock: clock.clock).open(key: "alice").token.isSamePair(as: session.token))
    #expect(sandbox.executedTransactionCount == 1)
  }

  @Test func `a session continues with the old pair if the server has restored a backup`() throws {
    let sandbox = try Live.makeSandbox()
    let configuration = try Live.configuration(sandbox) {
      $0.setReloginHandler { _ in Credentials(login: "alice", password: "alice-password") }
    }
    let session = try Client(configuration).logIn(login: "alice", password: "alice-password")
    _ = try session.refresh()
    _ = try session.submit(Live.transfer)
    sandbox.reset()
    _ = try session.submit(Live.transfer)
    #expect(sandbox.executedTransactionCount == 1)
  }

  @Test func `a session without a store waits for its handler`() throws {
    let clock = AdvancedClock()
    let sandbox = try Live.makeSandbox()
    let configuration = try Live.configuration(sandbox) {
      $0.setReloginHandler { _ in
        clock.advance(milliseconds: 600_000)
        return Credentials(login: "alice", password: "alice-password")
      }
    }
    let session = try Client(configuration, clock: clock.clock).logIn(login: "alice", password: "alice-password")
    sandbox.add(Fault(.dropAfter, path: Live.refresh, times: 1))
    refresh(session)
    _ = try session.submit(Live.transfer)
    #expect(sandbox.executedTransactionCount == 1)
  }
}
