import Glibc
import PeerIDSandbox

@testable import PeerID

/// A client with its own sandbox.
struct Live {
  static let operations = "/api/v1/app/operations"
  static let refresh = "/api/v1/auth/refreshtoken"
  static let logIn = "/api/v1/auth/token"
  static let transfer =
    #"[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","#
    + #""amount":{"amount":100000,"asset_id":"1.3.0"}}]"#

  let sandbox: Sandbox
  let client: Client
  let clock = AdvancedClock()

  init(
    clientID: String = "4",
    options: [String: String] = [:],
    store: SessionStore? = nil,
    sandbox: Sandbox? = nil,
    change: (inout Configuration) -> Void = { _ in }
  ) throws {
    self.sandbox = try sandbox ?? Sandbox(idleSeconds: 60)
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
    for (name, value) in options { try configuration.set(name, value) }
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
    return client.flush(timeoutMilliseconds: 20_000)
  }

  /// Another client of the same sandbox.
  func sibling(options: [String: String] = [:], store: SessionStore? = nil) throws -> Live {
    try Live(options: options, store: store, sandbox: sandbox)
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

/// Waits up to half a minute for `condition`.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<15_000 {
    if condition() { return true }
    usleep(2000)
  }
  return condition()
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

  /// A store in memory that reports its calls.
  static func watched(onSave: @escaping @Sendable () throws -> Void) -> SessionStore {
    let memory = SessionStore.memory().backend
    return SessionStore.custom(
      load: { try memory.load($0, $1) },
      save: {
        try onSave()
        return try memory.save($0, $1, $2, $3)
      },
      remove: { try memory.remove($0, $1) },
      lock: { try memory.lock($0, $1) },
      unlock: { memory.unlock($0, $1) },
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
