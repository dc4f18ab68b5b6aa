import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// A client with its own sandbox.
///
/// No result depends on how fast the machine is: no limit of time is reached unless a test advances the client's clock,
/// and the server saves refreshed token pairs at once unless a test sets `saveDelay`.
struct Live {
  /// The limit of a wait that ends earlier, in milliseconds.
  static let patience: Int64 = 1_200_000
  /// The time after which a call ends, in milliseconds. A refresh may take twice as long.
  static let requestTimeout: Int64 = 1_800_000
  /// A `saveDelay` after which no test waits: the test saves the pairs.
  static let untilSaved = 600_000
  static let operations = "/api/v1/app/operations"
  static let refresh = "/api/v1/auth/refreshtoken"
  static let logIn = "/api/v1/auth/token"
  static let transfer =
    #"[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","#
    + #""amount":{"amount":100000,"asset_id":"1.3.0"}}]"#

  let sandbox: Sandbox
  let client: Client
  let clock: AdvancedClock

  init(
    clientID: String = "4",
    options: [String: String] = [:],
    store: SessionStore? = nil,
    sandbox: Sandbox? = nil,
    clock: AdvancedClock = AdvancedClock(),
    change: (inout Configuration) -> Void = { _ in }
  ) throws {
    self.sandbox = try sandbox ?? Self.makeSandbox()
    self.clock = clock
    client = try Client(
      Self.configuration(
        self.sandbox,
        clientID: clientID,
        options: options,
        store: store,
        change: change
      ),
      clock: clock.clock
    )
  }

  static func makeSandbox() throws -> Sandbox {
    let sandbox = try Sandbox(idleSeconds: 0)
    sandbox.configure { $0.saveDelay = 0 }
    return sandbox
  }

  static func configuration(
    _ sandbox: Sandbox,
    clientID: String = "4",
    options: [String: String] = [:],
    store: SessionStore? = nil,
    change: (inout Configuration) -> Void = { _ in }
  ) throws -> Configuration {
    var configuration = try Configuration(
      baseURL: sandbox.url,
      clientID: clientID,
      clientSecret: "demo-secret-\(clientID)"
    )
    let limits = [
      "connect_timeout_ms": "3600000", "request_timeout_ms": String(requestTimeout), "refresh_timeout_ms": "3600000",
      "idle_connection_timeout_s": "3600",
    ]
    for (name, value) in limits.merging(options, uniquingKeysWith: { $1 }) { try configuration.set(name, value) }
    if let store { configuration.setStore(store) }
    change(&configuration)
    return configuration
  }

  func logIn(key: String? = nil) throws(PeerIDError) -> Session {
    try client.logIn(login: "alice", password: "alice-password", key: key)
  }

  var refreshes: Int { sandbox.requestCount("POST " + Self.refresh) }
  var submits: Int { sandbox.requestCount("POST " + Self.operations) }
  var executed: Int { sandbox.executedTransactionCount }

  /// Waits until every pair is saved. Returns `false` if that does not happen in time.
  var hasStoppedSaving: Bool {
    clock.advance(milliseconds: 60_000)
    return client.flush(timeoutMilliseconds: Self.patience)
  }

  /// Waits until the sandbox has received that many requests to `path`.
  func waitForRequests(_ count: Int, path: String) -> Bool {
    sandbox.waitForRequests(count, path: path, upToMilliseconds: Int(Self.patience))
  }

  /// Makes a call, and lets its time run out once its request to `path` has arrived. Returns its error.
  func timeout(at path: String, _ call: @escaping @Sendable () throws(PeerIDError) -> Void) -> PeerIDError? {
    let error = Gathered<PeerIDError?>()
    onThreads(2) { index in
      if index == 0 {
        error.add(failure(call))
      } else {
        #expect(self.waitForRequests(1, path: path))
        self.clock.advance(milliseconds: Self.requestTimeout)
      }
    }
    return error.all[0]
  }

  /// Another client of the same sandbox.
  func sibling(
    options: [String: String] = [:],
    store: SessionStore? = nil,
    clock: AdvancedClock = AdvancedClock()
  ) throws -> Live {
    try Live(options: options, store: store, sandbox: sandbox, clock: clock)
  }
}

/// Runs `body` on `count` threads at once and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  final class Job: Sendable {
    let index: Int
    let body: @Sendable (Int) -> Void
    init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.index = index
      self.body = body
    }
  }
  var threads: [pthread_t] = []
  for index in 0..<count {
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(index, body))
    pthread_create(
      &thread,
      nil,
      { context in
        guard let context else { return nil }
        let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
        job.body(job.index)
        return nil
      },
      job.toOpaque()
    )
    threads.append(thread)
  }
  for thread in threads { pthread_join(thread, nil) }
}

/// A list that several threads append to.
final class Gathered<Element: Sendable>: @unchecked Sendable {
  private let lock = Lock()
  private var elements: [Element] = []

  func add(_ element: Element) {
    lock.withLock { elements.append(element) }
  }

  var all: [Element] { lock.withLock { elements } }
}

/// The error that `body` throws, or `nil`.
func failure<Result>(_ body: () throws(PeerIDError) -> Result) -> PeerIDError? {
  do throws(PeerIDError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}

/// Waits for `condition`, which becomes true unless the code is wrong.
func eventually(_ condition: () -> Bool) -> Bool {
  let end = Clock.system.deadline(afterMilliseconds: Live.patience)
  while Clock.system.monotonicMilliseconds() < end {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
}

extension Fault {
  /// A request that waits until the test releases it.
  static func held(_ action: Action = .delay, path: String, times: Int? = 1) -> Fault {
    Fault(action, path: path, times: times, milliseconds: untilReleased)
  }

  /// A request before which the sandbox saves the refreshed pairs, after `skip` others.
  static func saveFirst(path: String, skip: Int) -> Fault { Fault(.saveFirst, path: path, skip: skip) }
}

extension SessionStore {
  /// The same store, counting the attempts to lock it.
  func counting(_ tries: Gathered<Bool>) -> SessionStore {
    var backend = backend
    let lockAtOnce = backend.lockAtOnce
    backend.lockAtOnce = { (key) throws(PeerIDError) in
      tries.add(true)
      return try lockAtOnce?(key)
    }
    return SessionStore(backend)
  }

  /// The same store, calling `body` before each read, and not interruptible while it waits for a lock.
  func beforeLoad(_ body: @escaping @Sendable () -> Void) -> SessionStore {
    SessionStore.custom(
      load: { [backend] in
        body()
        return try backend.load($0, $1)
      },
      save: { [backend] in try backend.save($0, $1, $2, $3) },
      remove: { [backend] in try backend.remove($0, $1) },
      lock: { [backend] in try backend.lock($0, $1) },
      unlock: { [backend] in backend.unlock($0, $1) },
      list: { [backend] in try backend.list() }
    )
  }

  /// A store in memory that reports its calls.
  static func watched(
    onSave: @escaping @Sendable () throws -> Void = {},
    onLock: @escaping @Sendable (String) -> Void = { _ in },
    onUnlock: @escaping @Sendable (String) -> Void = { _ in }
  ) -> SessionStore {
    let memory = SessionStore.memory().backend
    return SessionStore.custom(
      load: { try memory.load($0, $1) },
      save: {
        try onSave()
        return try memory.save($0, $1, $2, $3)
      },
      remove: { try memory.remove($0, $1) },
      lock: {
        onLock($0)
        return try memory.lock($0, $1)
      },
      unlock: {
        memory.unlock($0, $1)
        onUnlock($0)
      },
      list: { try memory.list() }
    )
  }

  /// A store in memory whose locks lock nothing.
  static func withoutLocks() -> SessionStore {
    let memory = SessionStore.memory().backend
    return SessionStore.custom(
      load: { try memory.load($0, $1) },
      save: { try memory.save($0, $1, $2, $3) },
      remove: { try memory.remove($0, $1) },
      lock: { _, _ in 0 },
      unlock: { _, _ in },
      list: { try memory.list() }
    )
  }
}
