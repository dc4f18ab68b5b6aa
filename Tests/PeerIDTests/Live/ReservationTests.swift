import PeerIDSandbox
import Testing

@testable import PeerID

/// A request whose answer must be saved is not sent when the store has no space.
@Suite(.blocking) struct ReservationTests {
  /// A store in memory whose reservation can fail.
  private final class Disk: @unchecked Sendable {
    private let full = Gathered<Bool>()
    let reservations = Gathered<String>()

    var isFull: Bool {
      get { full.all.last == true }
      set { full.add(newValue) }
    }

    private(set) lazy var store: SessionStore = {
      var backend = SessionStore.memory().backend
      backend.reserve = { [full, reservations] (key, _) throws(PeerIDError) in
        reservations.add(key)
        if full.all.last == true { throw PeerIDError(.store, "no space left") }
      }
      return SessionStore(backend)
    }()
  }

  @Test func `without space a refresh is not sent, and the session keeps its pair`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let session = try live.logIn(key: "k")
    disk.isFull = true
    let error = failure { () throws(PeerIDError) in try session.refresh() }
    #expect(error?.code == .store && error?.outcome == .notSent)
    #expect(error?.message.contains("nothing was sent") == true && error?.message.contains("no space left") == true)
    _ = try session.submit(Live.transfer)
    #expect(live.refreshes == 0 && live.executed == 1 && session.token.generation == 1)
    disk.isFull = false
    // A failed refresh is not retried at once.
    live.clock.advance(milliseconds: 1000)
    try session.refresh()
    #expect(live.refreshes == 1 && session.token.generation == 2)
    #expect(disk.reservations.all == ["k", "k", "k"])
  }

  @Test func `without space a login and an exchange are not sent`() throws {
    let disk = Disk()
    disk.isFull = true
    let live = try Live(store: disk.store)
    let code = try #require(live.sandbox.makeCode(username: "alice", clientID: 4))
    for error in [
      failure { () throws(PeerIDError) in try live.logIn(key: "k") },
      failure { () throws(PeerIDError) in try live.client.exchange(code: code, key: "k") },
    ] {
      #expect(error?.code == .store && error?.outcome == .notSent)
    }
    #expect(live.sandbox.requests().isEmpty)
    disk.isFull = false
    _ = try live.client.exchange(code: code, key: "k")
  }

  @Test func `a pair that another process refreshed is used without a reservation`() throws {
    let disk = Disk()
    let live = try Live(store: disk.store)
    let first = try live.logIn(key: "k")
    let second = try live.sibling(store: disk.store).client.open(key: "k")
    try first.refresh()
    disk.isFull = true
    try second.refresh()
    #expect(live.refreshes == 1 && second.token.generation == 2)
  }
}
