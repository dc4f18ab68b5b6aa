import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// Sessions that are saved in a store and shared through it.
@Suite(.blocking) struct StoreTests {
  /// A folder that is deleted after the test.
  final class Folder {
    let path: String
    init() {
      var template = Array("/tmp/peerid-store-XXXXXX".utf8CString)
      path = mkdtemp(&template).map { String(cString: $0) } ?? ""
    }
    deinit {
      for name in names { unlink("\(path)/\(name)") }
      rmdir(path)
    }
    var names: [String] {
      guard let folder = opendir(path) else { return [] }
      defer { closedir(folder) }
      var names: [String] = []
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
      }
      return names
    }
    func file(_ suffix: String) -> String? { names.first { $0.hasSuffix(suffix) }.map { "\(path)/\($0)" } }
  }

  @Test(arguments: ["alice@example.com", "a/b/../c", ".", "ü😀", "kkkk"])
  func `a session is found again under any key`(key: String) throws {
    let folder = Folder()
    let store = try SessionStore.directory(folder.path)
    let live = try Live(store: store)
    let session = try live.logIn(key: key)
    try session.refresh()
    let reopened = try live.sibling(store: try .directory(folder.path)).client.open(key: key)
    #expect(reopened.token.isSamePair(as: session.token) && reopened.token.generation == 2)
    #expect(try store.keys() == [key])
    try session.logOut()
    #expect(failure { () throws(PeerIDError) in try live.client.open(key: key) }?.code == .loginRequired)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(try store.keys().isEmpty)
  }

  @Test func `files are readable by their owner alone, and a folder open to others is refused`() throws {
    let folder = Folder()
    let live = try Live(store: try .directory(folder.path))
    _ = try live.logIn(key: "k")
    var status = stat()
    #expect(stat(try #require(folder.file(".session")), &status) == 0 && status.st_mode & 0o777 == 0o600)
    chmod(folder.path, 0o755)
    #expect(failure { () throws(PeerIDError) in try SessionStore.directory(folder.path) }?.code == .store)
    chmod(folder.path, 0o700)
  }

  @Test(arguments: ["", "{", "garbage", #"{"format":"other"}"#, #"{"format":"libpeerid session","version":1}"#])
  func `a damaged or foreign file is an error, and is left as it is`(content: String) throws {
    let folder = Folder()
    let live = try Live(store: try .directory(folder.path))
    let session = try live.logIn(key: "k")
    let file = try #require(folder.file(".session"))
    let handle = open(file, O_WRONLY | O_TRUNC)
    _ = content.withCString { write(handle, $0, strlen($0)) }
    close(handle)
    for error in [
      failure { () throws(PeerIDError) in try live.client.open(key: "k") },
      failure { () throws(PeerIDError) in try live.logIn(key: "k") },
      failure { () throws(PeerIDError) in try session.refresh() },
    ] {
      #expect(error?.code == .store && error?.message.contains(file) == true)
    }
    var status = stat()
    #expect(stat(file, &status) == 0 && Int(status.st_size) == content.utf8.count)
    #expect(live.refreshes == 0)
  }

  @Test func `sessions of several clients that share a store refresh once`() throws {
    let folder = Folder()
    let live = try Live(store: try .directory(folder.path))
    _ = try live.logIn(key: "k")
    var sessions: [Session] = []
    for _ in 0..<8 { sessions.append(try live.sibling(store: try .directory(folder.path)).client.open(key: "k")) }
    let all = sessions
    let failures = Gathered<String>()
    for round in 1...5 {
      live.sandbox.expireTokens()
      onThreads(32) { index in
        if let error = failure({ () throws(PeerIDError) in try all[index % 8].submit(Live.transfer) }) {
          failures.add("\(error)")
        }
      }
      #expect(live.refreshes == round)
    }
    #expect(failures.all == [])
    #expect(live.executed == 160)
  }

  @Test func `a login just after a refresh does not restore the old pair`() throws {
    let live = try Live(store: .memory(), clock: .stopped())
    live.sandbox.configure { $0.saveDelay = Live.untilSaved }
    let first = try live.logIn(key: "k")
    try first.refresh()
    let second = try live.logIn(key: "k")
    #expect(second.token.generation == 2 && second.token.isSamePair(as: first.token))
    live.sandbox.saveTokenPairs()
    _ = try second.submit(Live.transfer)
    #expect(live.executed == 1 && live.refreshes == 1)
  }

  /// The process may be stopped for longer than it looks for the pair. It looks once more.
  @Test(arguments: [(saveBeforeRead: 10, stoppedMilliseconds: Int64(0)), (3, 10_000)])
  func `the pair of another client that lost its lock and saves late is used`(
    saveBeforeRead: Int,
    stoppedMilliseconds: Int64
  ) throws {
    let store = SessionStore.withoutLocks()
    let (reads, saved) = (Gathered<Bool>(), Gathered<Bool>())
    let clock = AdvancedClock.stopped()
    let live = try Live(store: store)
    let first = try live.sibling(store: store).logIn(key: "k")
    // The other client saves after the second session was refused and has read the store at least twice.
    let late = store.beforeLoad { [sandbox = live.sandbox] in
      guard sandbox.requestCount("POST " + Live.refresh, outcome: "400") > 0 else { return }
      reads.add(true)
      if reads.all.count == 2 { clock.advance(milliseconds: stoppedMilliseconds) }
      guard reads.all.count == saveBeforeRead else { return }
      sandbox.releaseRequests()
      _ = eventually { !saved.all.isEmpty }
    }
    let second = try live.sibling(store: late, clock: clock).client.open(key: "k")
    // A session waits three seconds before it gives up a pair that worked.
    _ = try second.submit(Live.transfer)
    live.sandbox.add(.held(.delayAfter, path: Live.refresh))
    let failures = Gathered<String>()
    onThreads(2) { index in
      if index == 1 { #expect(live.waitForRequests(1, path: Live.refresh)) }
      let session = index == 0 ? first : second
      if let error = failure({ () throws(PeerIDError) in try session.refresh() }) { failures.add("\(error)") }
      if index == 0 { saved.add(true) }
      // Otherwise the first client would wait if the second gave up too early.
      live.sandbox.releaseRequests()
    }
    #expect(reads.all.count == saveBeforeRead)
    #expect(failures.all == [])
    _ = try second.submit(Live.transfer)
    #expect(live.executed == 2)
  }

  @Test func `a new pair is saved before it is used`() throws {
    let shared = Gathered<Session>()
    let seen = Gathered<UInt64>()
    let store = SessionStore.watched { for session in shared.all { seen.add(session.token.generation) } }
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    shared.add(session)
    try session.refresh()
    #expect(seen.all == [1])
    #expect(session.token.generation == 2)
  }

  @Test func `no refresh is sent when the store cannot be locked`() throws {
    struct Lost: Error {}
    let memory = SessionStore.memory().backend
    let isLost = Gathered<Bool>()
    let store = SessionStore.custom(
      load: { try memory.load($0, $1) },
      save: { try memory.save($0, $1, $2, $3) },
      remove: { try memory.remove($0, $1) },
      lock: {
        if isLost.all.last == true { throw Lost() }
        return try memory.lock($0, $1)
      },
      unlock: { memory.unlock($0, $1) },
      list: { try memory.list() }
    )
    let live = try Live(store: store)
    let session = try live.logIn(key: "k")
    isLost.add(true)
    live.sandbox.revokeAccessTokens()
    let error = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    #expect(error?.code == .store && error?.outcome == .notDone)
    #expect(live.refreshes == 0)
  }

  @Test func `logging out in one place ends the session in the others at their next refresh`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let first = try live.logIn(key: "k")
    let second = try live.client.open(key: "k")
    try first.logOut()
    #expect(failure { () throws(PeerIDError) in try second.refresh() }?.code == .loginRequired)
    #expect(live.refreshes == 0)
  }

  @Test func `a pair that another client refreshed is used without another refresh`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let first = try live.logIn(key: "k")
    let second = try live.client.open(key: "k")
    try first.refresh()
    _ = try second.submit(Live.transfer)
    #expect(live.refreshes == 1 && second.token.generation == 2)
  }
}
