import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// Sessions that share one token pair.
@Suite(.blocking) struct SharedSessionTests {
  @Test func `two logins of one user in one client share their tokens`() throws {
    let live = try Live()
    let (first, second) = (try live.logIn(), try live.logIn())
    try first.refresh()
    _ = try second.submit(Live.transfer)
    #expect(live.refreshes == 1 && live.executed == 1)
    #expect(second.token.isSamePair(as: first.token))
  }

  /// The login returns the old pair or the new one.
  @Test(arguments: [Live.untilSaved, 0])
  func `a login during a refresh shares the refreshed pair`(saveDelay: Int) throws {
    let live = try Live()
    live.sandbox.configure { $0.saveDelay = saveDelay }
    let first = try live.logIn()
    live.sandbox.add(.held(.delayAfter, path: Live.refresh))
    let queue = try CompletionQueue()
    _ = try first.refresh(to: queue, tag: 1)
    #expect(live.waitForRequests(1, path: Live.refresh))
    let second = try live.logIn()
    live.sandbox.saveTokenPairs()
    live.sandbox.releaseRequests()
    #expect(queue.next(timeoutMilliseconds: Live.patience).count == 1)
    for session in [first, second] { _ = try session.submit(Live.transfer) }
    #expect(second.token.isSamePair(as: first.token))
    #expect(live.refreshes == 1 && live.executed == 2)
  }

  @Test func `a late answer to a login does not bring back an older pair`() throws {
    let live = try Live()
    let elsewhere = try live.sibling().logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(.delayAfter, path: Live.logIn))
    _ = try live.client.logIn(Credentials(login: "alice", password: "alice-password"), to: queue, tag: 1)
    #expect(live.waitForRequests(2, path: Live.logIn))
    try elsewhere.refresh()
    let session = try live.logIn()
    #expect(session.token.isSamePair(as: elsewhere.token))
    live.sandbox.releaseRequests()
    #expect(queue.next(timeoutMilliseconds: Live.patience).count == 1)
    #expect(session.token.isSamePair(as: elsewhere.token))
    _ = try session.submit(Live.transfer)
    #expect(live.executed == 1 && live.submits == 1)
  }

  @Test(arguments: [true, false])
  func `a pair that arrived late is used when the current one is refused`(wasAccepted: Bool) throws {
    let live = try Live()
    let session = try live.logIn()
    let orderSent = session.core.environment.nextOrder()
    try session.refresh()
    if wasAccepted { _ = try session.submit(Live.transfer) }
    let mine = session.token
    let elsewhere = try live.sibling().client.restore(tokenJSON: session.exportTokens())
    try elsewhere.refresh()
    session.core.offer(elsewhere.token, sent: orderSent)
    #expect(session.token.isSamePair(as: mine))
    // The server fails once: that says nothing about the pair.
    live.sandbox.add(Fault(.status(.init(status: 503)), path: Live.refresh, times: 1))
    _ = failure { () throws(PeerIDError) in try session.refresh() }
    #expect(session.token.isSamePair(as: mine))
    live.clock.advance(milliseconds: 60_000)
    _ = try session.submit(Live.transfer)
    #expect(session.token.isSamePair(as: elsewhere.token))
    #expect(live.executed == (wasAccepted ? 2 : 1))
  }

  @Test func `without a key, logging out one handle does not log out the other`() throws {
    let live = try Live()
    let (first, second) = (try live.logIn(), try live.logIn())
    try first.logOut()
    #expect(failure { () throws(PeerIDError) in try first.submit(Live.transfer) }?.code == .loginRequired)
    _ = try second.submit(Live.transfer)
    #expect(live.executed == 1)
  }

  @Test func `two keys of one user survive each other's refreshes`() throws {
    let live = try Live(store: .memory())
    let (first, second) = (try live.logIn(key: "a"), try live.logIn(key: "b"))
    try first.refresh()
    _ = try second.submit(Live.transfer)
    #expect(second.token.isSamePair(as: first.token) && live.executed == 1)
    #expect(
      try live.sibling(store: live.client.engine.configuration.store).client.open(key: "b").token
        .isSamePair(as: first.token)
    )
  }

  /// Two strings that are equal in Swift and differ in their bytes.
  private static let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")

  @Test func `keys are compared by their bytes`() throws {
    let folder = StoreTests.Folder()
    for store in [SessionStore.memory(), try SessionStore.directory(folder.path)] {
      let live = try Live(store: store)
      let alice = try live.logIn(key: Self.composed)
      #expect(failure { () throws(PeerIDError) in try live.client.open(key: Self.decomposed) }?.code == .loginRequired)
      let bob = try live.client.logIn(login: "bob", password: "bob-password", key: Self.decomposed)
      #expect(alice.token.userID != bob.token.userID)
      #expect(try live.client.open(key: Self.composed).token.userID == alice.token.userID)
      #expect(try live.client.open(key: Self.decomposed).token.userID == bob.token.userID)
      #expect(try store.keys().count == 2)
    }
  }

  @Test func `keys are compared by their bytes while a pair is unsaved`() throws {
    struct Full: Error {}
    let isFull = Gathered<Bool>()
    let live = try Live(store: .watched { if isFull.all.last == true { throw Full() } })
    let alice = try live.logIn(key: Self.composed)
    let bob = try live.client.logIn(login: "bob", password: "bob-password", key: Self.decomposed)
    isFull.add(true)
    for session in [alice, bob] { #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .store) }
    #expect(try live.client.open(key: Self.composed).token.isSamePair(as: alice.token))
    #expect(try live.client.open(key: Self.decomposed).token.isSamePair(as: bob.token))
    isFull.add(false)
  }

  @Test func `a server that saves seconds late does not end the session`() throws {
    let live = try Live()
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let session = try live.logIn()
    try session.refresh()
    live.clock.advance(milliseconds: 4000)
    live.sandbox.add(.saveFirst(path: Live.operations, skip: 8))
    _ = try session.submit(Live.transfer)
    #expect(live.executed == 1 && live.submits == 9 && session.token.generation == 2)
    // The server refused the refresh token as well.
    #expect(live.sandbox.requestCount("POST " + Live.refresh, outcome: "400") >= 1)
  }

  /// A login returns the old pair until the server has saved the new one.
  @Test(arguments: [(age: 9000, isLoggedOut: false, isNewer: true), (11_000, false, false), (0, true, false)])
  func `a session gets the pair with which a released session replaced its own`(
    age: Int64,
    isLoggedOut: Bool,
    isNewer: Bool
  ) throws {
    let live = try Live(clock: .stopped())
    // The library learns the server's time.
    try live.client.check()
    let environment = live.client.engine.environment
    let now = try #require(environment.times.serverNow)
    func pair(_ name: String) -> Token {
      Token(accessToken: Bytes(name), refreshToken: Bytes(name), scope: nil, expiresAtMilliseconds: nil, userID: 1)
    }
    let old = pair("old")
    let new = pair("new").renewing(old, atMilliseconds: now, generation: 2)
    func session(at time: Int64) -> SessionLease {
      environment.table.session(for: old, isCurrent: true, doubtPeriod: 10_000, serverNow: time) {
        SessionCore(environment: environment, token: $0, place: nil, credentials: nil)
      }
    }
    do {
      let refreshed = session(at: now)
      environment.table.update(refreshed.core, new)
      if isLoggedOut { refreshed.core.end(SessionOpening.loggedOut) }
    }
    #expect(session(at: now + age).core.token.isSamePair(as: isNewer ? new : old))
  }

  /// A restored session has a pair that was refreshed at any time, and that other sessions may have as well.
  @Test func `released sessions leave at most one recent pair for each user`() throws {
    let live = try Live(clock: .stopped())
    // The library learns the server's time.
    try live.client.check()
    let environment = live.client.engine.environment
    let now = try #require(environment.times.serverNow)
    for age: Int64 in [0, 0, 90_000_000, 1000] {
      let pair = Token(
        accessToken: Bytes("a\(age)"),
        refreshToken: Bytes("r"),
        scope: nil,
        expiresAtMilliseconds: nil,
        userID: 1,
        renewal: .init(atMilliseconds: now - age, predecessor: 7)
      )
      _ = environment.table.session(for: pair, isCurrent: false, doubtPeriod: 10_000, serverNow: nil) {
        SessionCore(environment: environment, token: $0, place: nil, credentials: nil)
      }
      #expect(environment.table.releasedPairs.count == (age > 60_000 ? 0 : 1))
    }
  }

  /// Two processes' estimates of the server's clock may differ by a second, because dates have whole seconds. A pair
  /// counts as unsaved for two seconds.
  @Test(arguments: [(refusals: 1, difference: -1000), (3, 1000), (8, 0)])
  func `a login while the server has not saved the new pair keeps it`(refusals: Int, difference: Int64) throws {
    let store = SessionStore.memory()
    let live = try Live(store: store, clock: .stopped())
    live.sandbox.configure {
      $0.saveDelay = Live.untilSaved
      $0.stoppedClock = Clock.wallMilliseconds() / 1000 * 1000
    }
    let first = try live.logIn(key: "k")
    try first.refresh()
    live.sandbox.configure { $0.stoppedClock? += difference }
    let second = try live.sibling(store: store, clock: .stopped()).logIn(key: "k")
    #expect(second.token.isSamePair(as: first.token))
    live.sandbox.add(.saveFirst(path: Live.operations, skip: refusals))
    _ = try second.submit(Live.transfer)
    #expect(live.executed == 1 && live.submits == refusals + 1 && live.refreshes == 1)
  }

  @Test func `a pair that another process has just obtained can be refreshed`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store, clock: .stopped())
    live.sandbox.configure {
      $0.saveDelay = Live.untilSaved
      $0.stoppedClock = Clock.wallMilliseconds()
    }
    try live.logIn(key: "k").refresh()
    // Its first request is the refresh: the server's time is not known before.
    let session = try live.sibling(store: store, clock: .stopped()).client.open(key: "k")
    live.sandbox.add(.saveFirst(path: Live.refresh, skip: 2))
    try session.refresh()
    #expect(session.token.generation == 3 && live.refreshes == 4)
  }

  @Test func `a restored backup does not end a session that holds the newer pair`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    let backup = try #require(try store.backend.load("k", 0))
    try session.refresh()
    _ = try session.submit(Live.transfer)
    #expect(try store.backend.save("k", backup, 2, 0))
    live.sandbox.revokeAccessTokens(accessToken: session.token.accessToken)
    _ = try session.submit(Live.transfer)
    #expect(live.executed == 2 && live.refreshes == 2)
    #expect(try live.sibling(store: store).client.open(key: "k").token.isSamePair(as: session.token))
  }

  @Test func `a revoked session is reported before the call times out`() throws {
    let (reads, isTimedOut) = (Gathered<Bool>(), Gathered<Bool>())
    let store = SessionStore.memory()
    let live = try Live(store: store)
    _ = try live.logIn(key: "k")
    live.sandbox.revokeAccessTokens()
    live.sandbox.revokeRefreshTokens()
    // After the refusal, the refresh reads the store under its lock, and then waits for a late writer.
    let slow = store.beforeLoad { [sandbox = live.sandbox] in
      guard sandbox.requestCount("POST " + Live.refresh, outcome: "400") > 0 else { return }
      reads.add(true)
      if reads.all.count > 1 { _ = eventually { !isTimedOut.all.isEmpty } }
    }
    let later = try live.sibling(store: slow)
    let session = try later.client.open(key: "k")
    onThreads(2) { index in
      if index == 0 {
        #expect(eventually { reads.all.count > 1 })
        later.clock.advance(milliseconds: Live.requestTimeout)
      } else {
        let error = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
        #expect(error?.code == .loginRequired)
        isTimedOut.add(true)
      }
    }
    #expect(live.executed == 0)
  }
}
