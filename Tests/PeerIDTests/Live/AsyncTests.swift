import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// Asynchronous calls: each ends exactly once.
@Suite(.blocking) struct AsyncTests {
  /// Takes completions until there are `count`.
  private func take(_ count: Int, from queue: CompletionQueue) -> [Completion] {
    var taken: [Completion] = []
    while taken.count < count {
      let batch = queue.next(timeoutMilliseconds: Live.patience)
      if batch.isEmpty { break }
      taken += batch
    }
    return taken
  }

  private func error(_ completion: Completion?) -> PeerIDError? {
    if case .failure(let error) = completion?.outcome { error } else { nil }
  }

  private func token(_ completion: Completion?) -> Token? {
    if case .token(let token) = completion?.outcome { token } else { nil }
  }

  @Test func `2000 operations in flight are each done and completed once`() throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    for tag in 0..<UInt64(2000) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    let completions = take(2000, from: queue)
    #expect(Set(completions.map(\.tag)) == Set(0..<2000))
    #expect(Set(completions.compactMap { error($0)?.description }) == [])
    #expect(live.executed == 2000 && live.submits == 2000)
    #expect(queue.next(timeoutMilliseconds: 0).isEmpty)
  }

  @Test func `the first call of a client starts, even when clients share mutexes`() throws {
    let sandbox = try Live.makeSandbox()
    let queue = try CompletionQueue()
    // More clients than there are mutexes.
    for tag in 0..<UInt64(130) {
      let client = try Client(Live.configuration(sandbox))
      _ = try client.readChain(api: "database", method: "get_dynamic_global_properties", to: queue, tag: tag)
      #expect(take(1, from: queue).first?.tag == tag)
    }
  }

  @Test func `a refused token is refreshed once for all calls in flight`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.revokeAccessTokens()
    let queue = try CompletionQueue()
    for tag in 0..<UInt64(300) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    let completions = take(300, from: queue)
    #expect(completions.count == 300)
    #expect(Set(completions.compactMap { error($0)?.description }) == [])
    #expect(live.refreshes == 1 && live.executed == 300)
  }

  @Test func `the descriptor is readable exactly while there are completions`() throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    func isReadable(_ timeout: Int32) -> Bool {
      var watched = pollfd(fd: queue.fileDescriptor, events: Int16(POLLIN), revents: 0)
      return poll(&watched, 1, timeout) == 1
    }
    #expect(!isReadable(0))
    for tag in 0..<UInt64(3) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    #expect(isReadable(Int32(Live.patience)))
    #expect(live.waitForRequests(3, path: Live.operations))
    var taken = 0
    while taken < 3 {
      #expect(isReadable(Int32(Live.patience)))
      taken += queue.next(maximum: 1, timeoutMilliseconds: 0).count
    }
    #expect(!isReadable(0))
  }

  @Test func `a call can be cancelled before and while it is sent`() throws {
    let live = try Live(options: ["max_active_requests": "1"])
    let session = try live.logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.operations))
    let sending = try session.submit(Live.transfer, to: queue, tag: 1)
    #expect(live.waitForRequests(1, path: Live.operations))
    let waiting = try session.submit(Live.transfer, to: queue, tag: 2)
    live.client.cancel(waiting)
    let second = queue.next(maximum: 1, timeoutMilliseconds: Live.patience).first
    #expect(second?.tag == 2 && error(second)?.code == .cancelled && error(second)?.outcome == .notSent)
    live.client.cancel(sending)
    let first = queue.next(maximum: 1, timeoutMilliseconds: Live.patience).first
    #expect(first?.tag == 1 && error(first)?.code == .cancelled && error(first)?.outcome == .unknown)
  }

  @Test func `a call over the limit is refused, and nothing is sent`() throws {
    let live = try Live(options: ["max_in_flight": "2"])
    let session = try live.logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.operations, times: 2))
    for tag in 0..<UInt64(2) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    let refusal = failure { () throws(PeerIDError) in try session.submit(Live.transfer, to: queue, tag: 2) }
    #expect(refusal?.code == .queueFull && refusal?.outcome == .notSent)
    #expect(live.waitForRequests(2, path: Live.operations))
    live.sandbox.releaseRequests()
    #expect(take(2, from: queue).count == 2)
    _ = try session.submit(Live.transfer, to: queue, tag: 3)
    #expect(take(1, from: queue).first?.tag == 3)
    #expect(live.executed == 3)
  }

  @Test func `calls that use a store count towards the limit`() throws {
    let store = SessionStore.memory()
    let live = try Live(options: ["max_in_flight": "2"], store: store)
    let session = try live.logIn()
    let queue = try CompletionQueue()
    let held = try store.backend.lock("k", 1000)
    live.sandbox.add(.held(path: Live.operations))
    _ = try session.submit(Live.transfer, to: queue, tag: 1)
    _ = try live.client.restore(tokenJSON: session.exportTokens(), key: "k", to: queue, tag: 2)
    for _ in 0..<2 {
      let job = failure { () throws(PeerIDError) in try live.client.open(key: "other", to: queue, tag: 3) }
      #expect(job?.code == .queueFull)
      #expect(failure { () throws(PeerIDError) in try session.refresh(to: queue, tag: 3) }?.code == .queueFull)
    }
    store.backend.unlock("k", held)
    #expect(live.waitForRequests(1, path: Live.operations))
    live.sandbox.releaseRequests()
    #expect(Set(take(2, from: queue).map(\.tag)) == [1, 2])
    _ = try session.refresh(to: queue, tag: 4)
    #expect(take(1, from: queue).first?.tag == 4)
  }

  @Test func `closing the client completes everything, once`() throws {
    let live = try Live(options: ["max_active_requests": "4"])
    let session = try live.logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.operations, times: nil))
    for tag in 0..<UInt64(50) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    #expect(live.waitForRequests(4, path: Live.operations))
    live.client.close()
    let completions = take(50, from: queue)
    #expect(Set(completions.map(\.tag)).count == 50)
    #expect(completions.allSatisfy { error($0)?.code == .closed })
    #expect(completions.filter { error($0)?.outcome == .unknown }.count == 4)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer, to: queue, tag: 0) }?.code == .closed)
  }

  @Test func `log in, refresh, exchange and chain reads complete with the results of the blocking calls`() throws {
    let live = try Live()
    let queue = try CompletionQueue()
    _ = try live.client.logIn(Credentials(login: "alice", password: "alice-password"), to: queue, tag: 1)
    guard case .session(let session) = take(1, from: queue).first?.outcome else {
      Issue.record("no session was returned")
      return
    }
    _ = try session.refresh(to: queue, tag: 2)
    guard case .done = take(1, from: queue).first?.outcome else {
      Issue.record("the refresh did not succeed")
      return
    }
    #expect(session.token.generation == 2)
    _ = try live.client.readChain(api: "database", method: "get_chain_properties", to: queue, tag: 3)
    _ = try live.client.logIn(Credentials(login: "alice", password: "wrong"), to: queue, tag: 4)
    let rest = take(2, from: queue)
    #expect(error(rest.first { $0.tag == 4 })?.code == .rejected)
    #expect(error(rest.first { $0.tag == 3 }) == nil)
  }

  @Test func `restore, open and log out complete with the results of the blocking calls`() throws {
    let live = try Live(store: .memory())
    let queue = try CompletionQueue()
    let tokens = try live.logIn().exportTokens()
    _ = try live.client.restore(tokenJSON: tokens, key: "alice", to: queue, tag: 1)
    #expect(error(take(1, from: queue).first) == nil)
    _ = try live.client.open(key: "alice", to: queue, tag: 2)
    guard case .session(let session) = take(1, from: queue).first?.outcome else {
      Issue.record("no session was returned")
      return
    }
    _ = try session.submit(Live.transfer)
    _ = try session.logOut(to: queue, tag: 3)
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .loginRequired)
    #expect(error(take(1, from: queue).first) == nil)
    _ = try live.client.open(key: "alice", to: queue, tag: 4)
    #expect(error(take(1, from: queue).first)?.code == .loginRequired)
    #expect(
      failure { () throws(PeerIDError) in try live.client.restore(tokenJSON: "[]", to: queue, tag: 5) }?.code
        == .invalidArgument
    )
  }

  @Test func `a call that waits for a custom store can be cancelled, and its task changes nothing`() throws {
    let (locks, unlocks) = (Gathered<String>(), Gathered<String>())
    let store = SessionStore.watched(onLock: { locks.add($0) }, onUnlock: { unlocks.add($0) })
    let live = try Live(store: store)
    let queue = try CompletionQueue()
    let held = try store.backend.lock("alice", 1000)
    let id = try live.client.logIn(
      Credentials(login: "alice", password: "alice-password"),
      key: "alice",
      to: queue,
      tag: 1
    )
    #expect(eventually { locks.all == ["alice", "alice"] })
    live.client.cancel(id)
    live.client.cancel(id)
    let cancelled = error(take(1, from: queue).first)
    #expect(cancelled?.code == .cancelled && cancelled?.outcome == .notSent)
    store.backend.unlock("alice", held)
    // A cancelled call sends nothing.
    #expect(eventually { unlocks.all == ["alice", "alice"] })
    #expect(live.client.flush(timeoutMilliseconds: Live.patience) && queue.next(timeoutMilliseconds: 0).isEmpty)
    #expect(live.sandbox.requestCount("POST /api/v1/auth/token") == 0)
    let tokens = try live.logIn().exportTokens()
    let again = try store.backend.lock("bob", 1000)
    let restoring = try live.client.restore(tokenJSON: tokens, key: "bob", to: queue, tag: 2)
    #expect(eventually { locks.all == ["alice", "alice", "bob", "bob"] })
    live.client.cancel(restoring)
    let ended = error(take(1, from: queue).first)
    #expect(ended?.code == .cancelled && ended?.outcome == .notSent)
    store.backend.unlock("bob", again)
    #expect(eventually { unlocks.all == ["alice", "alice", "bob", "bob"] })
    #expect(try store.keys() == [])
  }

  @Test func `a job that waits for a free thread can be cancelled, and ends when the client is closed`() throws {
    let store = SessionStore.memory()
    let live = try Live(store: store)
    let queue = try CompletionQueue()
    let tokens = try live.logIn().exportTokens()
    let held = try store.backend.lock("k", 1000)
    defer { store.backend.unlock("k", held) }
    var ids: [UInt64] = []
    for tag in 0..<UInt64(40) {
      ids.append(try live.client.restore(tokenJSON: tokens, key: "k", to: queue, tag: tag))
    }
    live.client.cancel(ids[39])
    let cancelled = queue.next(timeoutMilliseconds: Live.patience)
    #expect(cancelled.map(\.tag) == [39] && error(cancelled.first)?.code == .cancelled)
    live.client.close()
    let closed = take(39, from: queue)
    #expect(closed.count == 39)
    #expect(closed.allSatisfy { error($0)?.code == .closed && error($0)?.outcome == .notSent })
  }

  @Test func `a cancelled login with a key has the true outcome`() throws {
    let live = try Live(store: .memory())
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.logIn))
    let credentials = Credentials(login: "alice", password: "alice-password")
    let id = try live.client.logIn(credentials, key: "k", to: queue, tag: 1)
    #expect(live.waitForRequests(1, path: Live.logIn))
    live.client.cancel(id)
    let cancelled = error(queue.next(timeoutMilliseconds: Live.patience).first)
    #expect(cancelled?.outcome == .unknown && cancelled?.message.contains("store") == false)
  }

  @Test func `a login that waits for its answer is cancelled at once`() throws {
    let live = try Live()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.logIn))
    let id = try live.client.logIn(Credentials(login: "alice", password: "alice-password"), to: queue, tag: 1)
    #expect(live.waitForRequests(1, path: Live.logIn))
    live.client.cancel(id)
    let cancelled = error(queue.next(timeoutMilliseconds: Live.patience).first)
    #expect(cancelled?.code == .cancelled && cancelled?.outcome == .unknown)
  }

  @Test func `an external token that was refused is replaced once for all calls`() throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    for tag in 0..<UInt64(20) { _ = try session.freshToken(refused: 1, to: queue, tag: tag) }
    #expect(take(20, from: queue).map { token($0)?.generation } == Array(repeating: 2, count: 20))
    #expect(live.refreshes == 1)
    _ = try session.freshToken(to: queue, tag: 30)
    #expect(token(take(1, from: queue).first)?.generation == 2 && live.refreshes == 1)
  }

  @Test func `an asynchronous operation is not sent again by libcurl either`() throws {
    let live = try Live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    _ = try session.submit(Live.transfer, to: queue, tag: 1)
    #expect(error(take(1, from: queue).first) == nil)
    live.sandbox.add(Fault(.dropBefore, path: Live.operations))
    _ = try session.submit(Live.transfer, to: queue, tag: 2)
    let lost = error(take(1, from: queue).first)
    #expect(lost?.code == .connectionLost && lost?.outcome == .unknown)
    #expect(live.submits == 2 && live.executed == 1)
  }

  @Test func `the timeout includes the wait in the queue`() throws {
    let live = try Live(options: ["max_active_requests": "1"])
    let session = try live.logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(.held(path: Live.operations, times: nil))
    for tag in 0..<UInt64(2) { _ = try session.submit(Live.transfer, to: queue, tag: tag) }
    #expect(live.waitForRequests(1, path: Live.operations))
    live.clock.advance(milliseconds: Live.requestTimeout)
    // The thread of the calls looks at the clock when it gets a command.
    live.client.cancel(.max)
    let completions = take(2, from: queue)
    #expect(completions.allSatisfy { error($0)?.code == .timeout })
    // The second call may still be sent at the moment when the first one times out.
    #expect(completions.count == 2 && completions.contains { error($0)?.outcome == .unknown })
  }
}
