import PeerIDSandbox
import Testing

@testable import PeerID

/// The blockchain account of a session's user.
@Suite(.blocking) struct AccountTests {
  private static let alice = Account(id: "1.2.31", name: "pi-alice")
  private static let chain = "GET /api/v1/app/blockchain-data"

  /// Collects the log of a client.
  private func logging(_ lines: Gathered<String>) -> (inout Configuration) -> Void {
    { configuration in configuration.setLogHandler { level, line in if level == .warning { lines.add(line) } } }
  }

  @Test func `an account is found by its name and by its id`() throws {
    let live = try Live()
    #expect(try live.client.account("pi-alice") == Self.alice)
    #expect(try live.client.account("1.2.31") == Self.alice)
    for name in ["nobody", "1.2.99999", ""] {
      let error = try #require(failure { () throws(PeerIDError) in try live.client.account(name) })
      #expect(error.code == .invalidArgument)
    }
  }

  @Test func `after a login with a user name the account is known, and read once`() throws {
    let live = try Live()
    let session = try live.logIn()
    #expect(try session.account() == Self.alice)
    let reads = live.sandbox.requestCount(Self.chain)
    #expect(try session.account() == Self.alice)
    #expect(live.sandbox.requestCount(Self.chain) == reads)
    try session.refresh()
    #expect(try session.account() == Self.alice)
    #expect(live.sandbox.requestCount(Self.chain) == reads)
  }

  @Test func `after a login with an e-mail address the account is unknown until it is set`() throws {
    let live = try Live()
    let session = try live.client.logIn(login: "alice@example.com", password: "alice-password")
    let error = try #require(failure { () throws(PeerIDError) in try session.account() })
    #expect(error.code == .configuration && error.outcome == .notSent)
    #expect(error.message.contains("the account of the session"))
    #expect(try session.setAccount("pi-alice") == Self.alice)
    #expect(try session.account() == Self.alice)
    try session.refresh()
    #expect(try session.account() == Self.alice)
  }

  @Test func `a set account is saved, and other clients of the store see it`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let other = try live.sibling(store: store)
    let code = "demoCodeAliceApp4" + String(repeating: "0", count: 23)
    let session = try live.client.exchange(code: code, key: "k")
    let elsewhere = try other.client.open(key: "k")
    #expect(failure { () throws(PeerIDError) in try elsewhere.account() }?.code == .configuration)
    _ = try session.setAccount("1.2.31")
    #expect(try live.sibling(store: store).client.open(key: "k").account() == Self.alice)
    // The other client refreshes the pair, and this one reads it from the store; both keep the account.
    try elsewhere.refresh()
    #expect(try elsewhere.account() == Self.alice)
    try session.refresh()
    #expect(try session.account() == Self.alice)
    #expect(try live.sibling(store: store).client.open(key: "k").account() == Self.alice)
    #expect(live.refreshes == 1)
  }

  @Test func `a session that was logged out elsewhere does not come back when its account is set`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    try live.sibling(store: store).client.open(key: "k").logOut()
    #expect(failure { () throws(PeerIDError) in try session.setAccount("pi-alice") }?.code == .loginRequired)
    #expect(try store.keys().isEmpty)
  }

  @Test func `an account that is set while tokens are unsaved is kept with them`() throws {
    let fails = Gathered<Bool>()
    struct Broken: Error {}
    let saves = Gathered<Int>()
    let store = SessionStore.watched(onSave: {
      saves.add(1)
      // Saving the refreshed pair fails once.
      if saves.all.count == 2 { fails.add(true); throw Broken() }
    })
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    _ = failure { () throws(PeerIDError) in try session.refresh() }
    #expect(fails.all.count == 1)
    _ = try session.setAccount("pi-alice")
    #expect(live.hasStoppedSaving)
    let opened = try live.sibling(store: store).client.open(key: "k")
    #expect(try opened.account() == Self.alice)
    #expect(opened.token.isSamePair(as: session.token))
  }

  @Test func `exported tokens contain the account`() throws {
    let live = try Live()
    let session = try live.logIn()
    _ = try session.account()
    let restored = try live.sibling().client.restore(tokenJSON: session.exportTokens())
    let reads = live.sandbox.requestCount(Self.chain)
    #expect(try restored.account() == Self.alice)
    #expect(live.sandbox.requestCount(Self.chain) == reads)
  }

  @Test func `an operation that another account pays for causes a warning`() throws {
    let lines = Gathered<String>()
    let live = try Live(change: logging(lines))
    let session = try live.logIn()
    _ = try session.submit(Live.transfer)
    #expect(lines.all.isEmpty)
    _ = try session.setAccount("1.2.33")
    _ = try session.submit(Live.transfer)
    #expect(lines.all.count == 1)
    #expect(lines.all.first?.contains("operations[0] is paid by 1.2.31, but the session's account is 1.2.33") == true)
    _ = try session.setAccount("pi-alice")
    _ = try session.submit(Live.transfer)
    #expect(lines.all.count == 1)
  }

  @Test(arguments: [500, 503]) func `the account stays unknown when the permission cannot be read`(status: Int) throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.add(
      Fault(.status(.init(status: status)), path: "/api/v1/app/blockchain-data", times: 1, skip: 1)
    )
    #expect(failure { () throws(PeerIDError) in try session.account() }?.code == .server)
    #expect(session.token.account == nil)
    #expect(try session.account() == Self.alice)
  }

  @Test func `an account is read from the store when another client has set it`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let code = "demoCodeAliceApp4" + String(repeating: "0", count: 23)
    let session = try live.client.exchange(code: code, key: "k")
    _ = try live.sibling(store: store).client.open(key: "k").setAccount("pi-bob")
    #expect(try session.account().name == "pi-bob")
    _ = try live.sibling(store: store).client.open(key: "k").setAccount("pi-alice")
    #expect(try live.client.open(key: "k").account() == Self.alice)
  }

  @Test func `another user who logs in under the key does not get the account`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    _ = try live.logIn(key: "k").account()
    let bob = try live.sibling().client.logIn(login: "bob", password: "bob-password")
    let pair = #"{"access_token":"\#(bob.token.accessToken)","refresh_token":"\#(bob.token.refreshToken ?? "")"}"#
    let restored = try live.client.restore(tokenJSON: pair, key: "k")
    #expect(restored.token.account == nil && restored.token.user == nil)
    try restored.refresh()
    let stored = try live.sibling(store: store).client.open(key: "k")
    #expect(stored.token.account == nil && stored.token.user == nil)
  }

  @Test func `a pair from another session of the user keeps the account`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    _ = try session.setAccount("pi-alice")
    let other = try live.client.logIn(login: "alice@example.com", password: "alice-password")
    try other.refresh()
    try session.refresh()
    #expect(try live.sibling(store: store).client.open(key: "k").token.account == Self.alice)
  }

  @Test func `a log line of an account is one line and names the session and the application`() throws {
    let lines = Gathered<String>()
    let live = try Live(change: {
      self.logging(lines)(&$0); $0.options.validation = .off
    })
    let session = try live.logIn()
    _ = try session.setAccount("1.2.33")
    _ = try? session.submit(Live.transfer.replacing("1.2.31", with: "1.2.31\\nERROR forged"))
    #expect(lines.all.count >= 1)
    for line in lines.all { #expect(!line.contains("\n") && line.hasSuffix("application 4)")) }
  }

  @Test func `the account is also available asynchronously`() throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    _ = try session.engine.begin(try session.accountCall(), queue, 1)
    _ = try live.client.engine.begin(try live.client.accountCall("pi-bob"), queue, 2)
    var names: [String] = []
    for _ in 0..<2 {
      guard case .account(let account) = queue.next(maximum: 1).first?.outcome else { continue }
      names.append(account.name)
    }
    #expect(names.sorted() == ["pi-alice", "pi-bob"])
  }
}
