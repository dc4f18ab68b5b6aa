import Glibc
import PeerIDSandbox
import Synchronization
import Testing

@testable import PeerID

/// Sessions that other threads and processes use, lock, refresh or replace at the same time.
@Suite(.blocking) struct ContendedSessionTests {
  private static let logIn = "/api/v1/auth/token"

  private func refreshes(_ live: Live) -> Int { live.sandbox.requestCount("POST " + Live.refresh) }

  @Test func `a pair that is expired when received is used, and not refreshed in a loop`() throws {
    let live = try Live(clock: .stopped())
    let session = try live.logIn()
    live.sandbox.configure { $0.tokenLifetime = -3_600_000 }
    try session.refresh()
    #expect(session.token.expiresAtMilliseconds == nil)
    _ = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    #expect(refreshes(live) <= 3)
  }

  @Test func `the wait for a lock does not count towards the refresh timeout`() throws {
    let inner = SessionStore.memory()
    let tries = Gathered<Bool>()
    let live = try Live(options: ["refresh_timeout_ms": "1000000"], store: inner.counting(tries))
    let session = try live.logIn(key: "k")
    live.sandbox.add(.held(.delayAfter, path: Live.refresh))
    let held = try inner.backend.lock("k", 1000)
    onThreads(2) { index in
      if index == 0 {
        let before = tries.all.count
        #expect(eventually { tries.all.count > before })
        live.clock.advance(milliseconds: 700_000)
        inner.backend.unlock("k", held)
        // Together longer than the refresh timeout.
        #expect(live.waitForRequests(1, path: Live.refresh))
        live.clock.advance(milliseconds: 500_000)
        // The request ends now if the time before it counted.
        usleep(500_000)
        live.sandbox.releaseRequests()
      } else {
        #expect(failure { () throws(PeerIDError) in try session.refresh() } == nil)
      }
    }
    #expect(session.token.generation == 2)
    #expect(refreshes(live) == 1)
  }

  @Test(arguments: ["memory", "directory"])
  func `a wait for a lock ends when the client is closed`(kind: String) throws {
    let folder = StoreTests.Folder()
    let inner = kind == "memory" ? SessionStore.memory() : try SessionStore.directory(folder.path)
    let tries = Gathered<Bool>()
    let live = try Live(store: inner.counting(tries))
    let held = try inner.backend.lock("k", 1000)
    defer { inner.backend.unlock("k", held) }
    onThreads(2) { index in
      if index == 0 {
        _ = eventually { tries.all.count > 1 }
        live.client.close()
      } else {
        let error = failure { () throws(PeerIDError) in try live.logIn(key: "k") }
        #expect(error?.code == .closed && error?.outcome == .notSent)
      }
    }
    #expect(live.sandbox.requestCount("POST " + Self.logIn) == 0)
  }

  @Test func `logging out leaves another user's session under the key alone`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let alices = try live.logIn(key: "k")
    _ = try live.client.logIn(login: "bob", password: "bob-password", key: "k")
    try alices.logOut()
    #expect(try store.keys() == ["k"])
    let bobs = try live.client.open(key: "k")
    try bobs.logOut()
    #expect(try store.keys().isEmpty)
  }

  @Test func `logging in again never gives a session to another user`() throws {
    let lines = Gathered<String>()
    let live = try Live {
      $0.setReloginHandler { _ in Credentials(login: "bob", password: "bob-password") }
      $0.setLogHandler { lines.add($1) }
    }
    let session = try live.logIn()
    let user = session.token.userID
    live.sandbox.revokeAccessTokens()
    live.sandbox.revokeRefreshTokens()
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(session.token.userID == user)
    #expect(lines.all.contains { $0.contains("another user") })
  }

  @Test func `an ended session uses a pair that another process saves late`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    let before = try #require(try store.backend.load("k", 0))
    let sibling = try live.sibling(store: store)
    try sibling.client.open(key: "k").refresh()
    let after = try #require(try store.backend.load("k", 0))
    // The store loses the new pair, and gets it back after the session has ended.
    #expect(try store.backend.save("k", before, after.generation, 0))
    live.sandbox.revokeAccessTokens(accessToken: session.token.accessToken)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(try store.backend.save("k", after, before.generation, 0))
    #expect(eventually { (try? session.submit(Live.transfer)) != nil })
    #expect(session.token.generation == 2)
  }

  @Test func `a refused session uses a pair that was saved meanwhile, even if it may not wait for one`() throws {
    let store = SessionStore.withoutLocks()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    let other = try live.sibling(store: store).client.open(key: "k")
    // As many sessions of the client wait for late pairs as may.
    _ = session.core.environment.lateWriterWaits.add(SessionCore.maximumWaits, ordering: .relaxed)
    live.sandbox.add(.held(.delay, path: Live.refresh))
    onThreads(2) { index in
      if index == 0 { return #expect(failure { () throws(PeerIDError) in try session.refresh() } == nil) }
      #expect(live.waitForRequests(1, path: Live.refresh))
      #expect(failure { () throws(PeerIDError) in try other.refresh() } == nil)
      live.sandbox.releaseRequests()
    }
    #expect(live.sandbox.requestCount("POST " + Live.refresh, outcome: "200") == 1)
    #expect(session.token.isSamePair(as: other.token))
  }

  /// Two clients refresh the same pair at once, because the store's locks lock nothing. The server accepts the result
  /// that it saves last.
  @Test(arguments: [(answersLate: true, isFirstValid: false), (false, true)])
  func `of two results of one refresh, the one that the server accepts is used`(
    answersLate: Bool,
    isFirstValid: Bool
  ) throws {
    let (live, store, first, second) = try rivals(answersLate: answersLate)
    let theirs = second.token
    live.sandbox.saveTokenPairs()
    live.sandbox.configure { $0.saveDelay = 0 }
    #expect(live.hasStoppedSaving)
    #expect(try live.sibling(store: store).client.open(key: "k").token.isSamePair(as: first.token))
    #expect(first.token.isSamePair(as: theirs) != isFirstValid)
    for session in [first, second] { _ = try session.submit(Live.transfer) }
    #expect(second.token.isSamePair(as: first.token) && live.executed == 2)
    #expect(live.sandbox.requestCount("POST " + Live.refresh, outcome: "200") == (isFirstValid ? 3 : 2))
  }

  @Test func `of two results of one refresh, the one that the server saves late is kept`() throws {
    let (live, store, first, second) = try rivals(answersLate: false)
    // The server accepts neither pair yet.
    #expect(live.hasStoppedSaving)
    #expect(first.token.isSamePair(as: second.token))
    live.sandbox.saveTokenPairs()
    live.sandbox.configure {
      $0.saveDelay = 0
      $0.clockOffset = 60
    }
    _ = try first.submit(Live.transfer)
    #expect(live.hasStoppedSaving)
    #expect(try live.sibling(store: store).client.open(key: "k").token.isSamePair(as: first.token))
    _ = try second.submit(Live.transfer)
    #expect(second.token.isSamePair(as: first.token) && live.executed == 2)
  }

  /// Two sessions of a key in different clients, with the results of one refresh each. The second result is stored, so
  /// the first one cannot be saved. The server, which has saved neither, saves the result of the second session last if
  /// it `answersLate` to the first.
  private func rivals(
    answersLate: Bool
  ) throws -> (live: Live, store: SessionStore, first: Session, second: Session) {
    let store = SessionStore.withoutLocks()
    let live = try Live(store: store, clock: .stopped())
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let first = try live.logIn(key: "k")
    let second = try live.sibling(store: store).client.open(key: "k")
    live.sandbox.add(.held(answersLate ? .delayAfter : .delay, path: Live.refresh))
    let results = Gathered<ErrorCode?>()
    onThreads(2) { index in
      if index == 0 { return results.add(failure { () throws(PeerIDError) in try first.refresh() }?.code) }
      #expect(live.waitForRequests(1, path: Live.refresh))
      #expect(failure { () throws(PeerIDError) in try second.refresh() } == nil)
      live.sandbox.releaseRequests()
    }
    #expect(results.all == [.store])
    #expect(!first.token.isSamePair(as: second.token))
    return (live, store, first, second)
  }

  @Test func `a session without the client secret uses new pairs of the store`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let renewed = try live.logIn(key: "k")
    var configuration = try Configuration(baseURL: live.sandbox.url, clientID: "4")
    try configuration.set("request_timeout_ms", String(Live.requestTimeout))
    configuration.setStore(store)
    let session = try Client(configuration).open(key: "k")
    try renewed.refresh()
    live.sandbox.revokeAccessTokens(accessToken: session.token.accessToken)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) } == nil)
    #expect(session.token.generation == 2)
    // Without a secret the error says so, and the pair stays in use.
    #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .configuration)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) } == nil)
  }

  @Test func `a flush waits for the refresh that is under way`() throws {
    let live = try Live()
    let session = try live.logIn()
    #expect(live.client.flush(timeoutMilliseconds: 0))
    live.sandbox.add(.held(.delayAfter, path: Live.refresh))
    let error = live.timeout(at: Live.refresh) { () throws(PeerIDError) in try session.refresh() }
    #expect(error?.code == .timeout)
    live.client.close()
    #expect(!live.client.flush(timeoutMilliseconds: 50))
    live.sandbox.releaseRequests()
    #expect(live.client.flush(timeoutMilliseconds: Live.patience))
    #expect(session.token.generation == 2)
  }

  @Test(arguments: [600, 1700, 2045])
  func `a deeply nested answer is an error, also on a thread of the library`(depth: Int) throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    for body in [
      #"{"result":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + #","status":200}"#,
      #"{"error":"# + String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth) + "}",
    ] {
      live.sandbox.add(Fault(.statusAfter(Fault.Replacement(status: 200, body: body)), path: Live.operations, times: 2))
      _ = try session.submit(Live.transfer, to: queue, tag: 1)
      let completion = queue.next(timeoutMilliseconds: Live.patience).first
      guard case .failure(let error)? = completion?.outcome else {
        Issue.record("a call succeeded")
        return
      }
      #expect(error.code == .protocol && error.outcome == .unknown)
      #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .protocol)
    }
  }

  @Test func `a queue does not keep completions alive after they were taken`() throws {
    let live = try Live()
    let queue = try CompletionQueue()
    weak var session: Session?
    for tag in UInt64(1)...2 {
      _ = try live.client.logIn(Credentials(login: "alice", password: "alice-password"), to: queue, tag: tag)
    }
    if case .session(let made)? = queue.next(maximum: 1, timeoutMilliseconds: Live.patience).first?.outcome {
      session = made
    }
    #expect(session == nil)
    #expect(queue.next(timeoutMilliseconds: Live.patience).count == 1)
  }
}
