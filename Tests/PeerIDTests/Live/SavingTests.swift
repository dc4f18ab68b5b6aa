import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// Sessions whose newest pair cannot be saved at once.
@Suite(.blocking) struct SavingTests {
  /// A store that fails to save on request.
  private final class Disk: @unchecked Sendable {
    struct Full: Error {}

    private let states = Gathered<Bool>()
    private(set) lazy var store = SessionStore.watched { [states] in if states.all.last == true { throw Full() } }

    var isFull: Bool {
      get { states.all.last == true }
      set { states.add(newValue) }
    }
  }

  @Test func `when saving fails the session continues in memory, logs a warning, and saves later`() throws {
    let disk = Disk()
    let lines = Gathered<String>()
    let live = try Live(store: disk.store) { $0.setLogHandler { lines.add("\($0) \($1)") } }
    let session = try live.logIn(key: "k")
    disk.isFull = true
    let error = failure { () throws(PeerIDError) in try session.refresh() }
    #expect(error?.code == .store && error?.message.contains("Full") == true)
    #expect(lines.all.contains { $0.hasPrefix("error") && $0.contains("could not be saved") })
    _ = try session.submit(Live.transfer)
    #expect(session.token.generation == 2)
    disk.isFull = false
    // The library saves it without another call.
    #expect(eventually { (try? live.sibling(store: disk.store).client.open(key: "k").token.generation) == 2 })
    #expect(live.refreshes == 1)
  }

  @Test func `a login that returns an older pair does not replace the unsaved one`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store, clock: .stopped())
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let session = try live.logIn(key: "k")
    disk.isFull = true
    // The second refresh is repeated until the server has saved the tokens of the first.
    live.sandbox.add(.saveFirst(path: Live.refresh, skip: 2))
    for _ in 0..<2 { #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .store) }
    let newest = session.token
    #expect(newest.generation == 3)
    disk.isFull = false
    let again = try live.logIn(key: "k")
    #expect(again.token.isSamePair(as: newest) && session.token.isSamePair(as: newest))
    #expect(try live.sibling(store: disk.store).client.open(key: "k").token.isSamePair(as: session.token))
  }

  @Test func `a pair that is not saved yet outlives its session, and is returned to the next open of the key`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let other = try live.logIn(key: "k")
    disk.isFull = true
    func refresh() throws {
      let session = try live.client.open(key: "k")
      #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .store)
    }
    try refresh()
    #expect(try live.client.open(key: "k").token.generation == 2)
    // All handles of the key share it.
    #expect(other.token.generation == 2 && live.refreshes == 1)
    disk.isFull = false
    #expect(eventually { (try? live.sibling(store: disk.store).client.open(key: "k").token.generation) == 2 })
  }

  @Test(arguments: ["closing", "releasing"])
  func `an unsaved pair is tried once more when the client is closed or released`(end: String) throws {
    let disk = Disk()
    let live = try Live()
    let lines = Gathered<String>()
    var attempts = 0
    for works in [false, true] {
      disk.isFull = false
      var client: Client? = try Live(store: disk.store, sandbox: live.sandbox) { $0.setLogHandler { lines.add($1) } }
        .client
      var session = try client?.logIn(login: "alice", password: "alice-password", key: "k")
      disk.isFull = true
      _ = failure { () throws(PeerIDError) in try session?.refresh() }
      let newest = session?.token.generation ?? 0
      disk.isFull = !works
      attempts = lines.all.count
      if end == "closing" { client?.close() }
      session = nil
      client = nil
      if works {
        #expect(eventually { (try? live.sibling(store: disk.store).client.open(key: "k").token.generation) == newest })
      } else {
        #expect(eventually { lines.all.dropFirst(attempts).contains { $0.contains("they are lost") } })
      }
    }
  }

  @Test func `a session whose pair is not saved is refreshed, and the next pair is saved`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let session = try live.logIn(key: "k")
    disk.isFull = true
    #expect(failure { () throws(PeerIDError) in try session.refresh() }?.code == .store)
    disk.isFull = false
    try session.refresh()
    #expect(session.token.generation == 3)
    #expect(try live.sibling(store: disk.store).client.open(key: "k").token.generation == 3)
  }

  @Test func `a pair that cannot be saved while the client closes is tried once more`() throws {
    for round in 0..<20 {
      let saves = Gathered<Bool>()
      let store = SessionStore.watched {
        saves.add(true)
        // The login is saved, the refresh fails once.
        if saves.all.count == 2 { throw Disk.Full() }
      }
      let live = try Live(store: store)
      let session = try live.logIn(key: "k")
      live.sandbox.add(.held(path: Live.refresh))
      let queue = try CompletionQueue()
      _ = try session.refresh(to: queue, tag: 1)
      #expect(live.waitForRequests(1, path: Live.refresh))
      // In every second round, both happen at the same time.
      if round % 2 == 1 { live.sandbox.releaseRequests() }
      live.client.close()
      live.sandbox.releaseRequests()
      #expect(
        eventually {
          live.clock.advance(milliseconds: 100)
          return (try? live.sibling(store: store).client.open(key: "k").token.generation) == 2
        }
      )
    }
  }

  @Test func `a logout during a refresh is final`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    live.sandbox.add(.held(path: Live.refresh))
    let queue = try CompletionQueue()
    _ = try session.refresh(to: queue, tag: 1)
    #expect(live.waitForRequests(1, path: Live.refresh))
    // The logout waits for the store's lock, which the refresh holds.
    onThreads(2) { index in
      if index == 0 {
        #expect(failure { () throws(PeerIDError) in try session.logOut() } == nil)
      } else {
        #expect(eventually { session.core.isOver != nil })
        live.sandbox.releaseRequests()
      }
    }
    #expect(queue.next(timeoutMilliseconds: Live.patience).count == 1)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(try store.keys() == [] && live.executed == 0)
  }

  @Test func `a new login supersedes a pair that is not saved`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let first = try live.logIn(key: "k")
    disk.isFull = true
    for _ in 0..<2 { _ = failure { () throws(PeerIDError) in try first.refresh() } }
    disk.isFull = false
    let second = try live.client.logIn(login: "bob", password: "bob-password", key: "k")
    #expect(second.token.generation == 4)
    #expect(live.hasStoppedSaving)
    #expect(try live.client.open(key: "k").token.userID == second.token.userID)
    #expect(try live.sibling(store: disk.store).client.open(key: "k").token.userID == second.token.userID)
  }

  @Test func `a session that was removed from its store does not come back`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let session = try live.logIn(key: "k")
    disk.isFull = true
    _ = failure { () throws(PeerIDError) in try session.refresh() }
    disk.isFull = false
    try disk.store.remove(key: "k")
    #expect(
      eventually { failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired }
    )
    #expect(try disk.store.keys() == [])
  }

  @Test func `a session that was logged out is not saved any more`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let session = try live.logIn(key: "k")
    disk.isFull = true
    _ = failure { () throws(PeerIDError) in try session.refresh() }
    disk.isFull = false
    try session.logOut()
    #expect(live.hasStoppedSaving)
    #expect(try disk.store.keys() == [])
    #expect(failure { () throws(PeerIDError) in try live.client.open(key: "k") }?.code == .loginRequired)
  }

  @Test func `a session does not act for another user who logs in under its key`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let alice = try live.logIn(key: "k")
    for _ in 0..<3 { try alice.refresh() }
    let elsewhere = try live.sibling(store: store)
    try elsewhere.client.open(key: "k").logOut()
    let bob = try elsewhere.client.logIn(login: "bob", password: "bob-password", key: "k")
    // The old session neither overwrites the new user's pair nor uses it.
    #expect(failure { () throws(PeerIDError) in try alice.refresh() }?.message.contains("another user") == true)
    #expect(failure { () throws(PeerIDError) in try alice.submit(Live.transfer) }?.code == .loginRequired)
    try bob.refresh()
    #expect(bob.token.userID == (try live.client.open(key: "k").token.userID))
    #expect(live.executed == 0)
  }

  @Test func `an unsaved pair does not overwrite a new session of the key`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let alice = try live.logIn(key: "k")
    disk.isFull = true
    _ = failure { () throws(PeerIDError) in try alice.refresh() }
    disk.isFull = false
    // The same generation as before, but another session.
    let elsewhere = try live.sibling(store: disk.store)
    try disk.store.remove(key: "k")
    let bob = try elsewhere.client.logIn(login: "bob", password: "bob-password", key: "k")
    #expect(bob.token.generation == 1)
    #expect(try live.client.open(key: "k").token.userID == bob.token.userID)
    #expect(live.hasStoppedSaving)
    #expect(try elsewhere.client.open(key: "k").token.userID == bob.token.userID)
  }

  @Test func `a code is used up even if its new pair cannot be saved, and the error says so`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    disk.isFull = true
    let code = try #require(live.sandbox.makeCode(username: "alice", clientID: 4))
    let lost = failure { () throws(PeerIDError) in try live.client.exchange(code: code, key: "k") }
    #expect(lost?.code == .store && lost?.outcome == .unknown)
    let again = failure { () throws(PeerIDError) in
      try live.client.logIn(login: "alice", password: "alice-password", key: "k")
    }
    #expect(again?.code == .store && again?.outcome == .notDone)
  }
}
