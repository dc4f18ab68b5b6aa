import Synchronization

/// The resources that the sessions of a client share: configuration, transport, and the threads that refresh and save.
final class SessionEnvironment: Sendable {
  let configuration: Configuration
  let clock: Clock
  let transport: Transport
  let tokens: TokenAPI
  /// The threads that refresh and save.
  let workers: WorkerPool
  let policy: SessionStateMachine.Policy
  /// The headers that follow `Authorization` in every request of a session.
  let sessionHeaders: HeaderList
  let table = SessionTable()
  let retrier = SaveRetrier()
  /// How many sessions poll the store after a refused refresh; see `followLateWriter`.
  let lateWriterWaits = Atomic<Int>(0)
  private let order = Atomic<UInt64>(0)
  /// Set when the client is closed.
  let closing = ClosingFlag()
  /// Set when the application has freed the client; sessions may still be in use.
  let abandoning = ClosingFlag()
  /// The flag for refreshes. Never set: when the client is closed, a refresh in flight continues, because its new token
  /// pair would be lost.
  private let refreshClosing = ClosingFlag()

  init(configuration: Configuration, clock: Clock, transport: Transport, tokens: TokenAPI) {
    self.configuration = configuration
    self.clock = clock
    self.transport = transport
    self.tokens = tokens
    workers = WorkerPool(clock: clock, atThreadEnd: Curl.endThread)
    let options = configuration.options
    var policy = SessionStateMachine.Policy()
    policy.refreshWindow = options.refreshWindowMilliseconds
    policy.probeDelay = options.probeDelayMilliseconds
    self.policy = policy
    sessionHeaders = HeaderList(
      [Bytes("ClientID: \(configuration.clientID)"), Bytes("Content-Type: application/json"), Bytes("Expect:")],
      next: .answer
    )
  }

  /// The limits of a refresh that begins now. Callers cannot cancel it.
  func refreshContext() -> CallContext {
    CallContext(
      clock: clock,
      timeoutMilliseconds: configuration.options.refreshTimeoutMilliseconds,
      closing: refreshClosing
    )
  }

  /// The limits of a login after a failed refresh. Both run under the same lock of the store, which a caller may hold
  /// for twice the refresh timeout; see `SessionStore`.
  func reloginContext(after refresh: CallContext) -> CallContext {
    let timeout = configuration.options.refreshTimeoutMilliseconds
    let end = refresh.deadline + timeout
    return CallContext(
      clock: clock,
      timeoutMilliseconds: min(timeout, end - clock.monotonicMilliseconds()),
      closing: refreshClosing
    )
  }

  /// A sequence number for the next event of the client's sessions, such as a login or a read of the store. Comparing
  /// two numbers shows which event came first.
  func nextOrder() -> UInt64 { order.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Whether the client is freed and no session handle is left.
  var isAbandoned: Bool { abandoning.isSet && !table.hasHandles }

  typealias Times = (now: Int64, serverNow: Int64?)

  /// The times that a session's decisions depend on; see `SessionStateMachine`.
  var times: Times {
    (clock.monotonicMilliseconds(), transport.serverClock.nowMilliseconds)
  }

  /// The server's time at an earlier moment, even if the server's clock has become known only since then.
  func serverTime(at earlier: Times) -> Int64? { Self.serverTime(at: earlier, current: times) }

  static func serverTime(at earlier: Times, current: Times) -> Int64? {
    earlier.serverNow ?? current.serverNow.map { $0 - (current.now - earlier.now) }
  }

  /// The server's time in milliseconds since 1970; the local time before the server has answered.
  var serverTime: Int64 { transport.serverClock.nowMilliseconds ?? Clock.wallMilliseconds() }

  /// Logs an event with the names of the application and the session.
  func log(_ level: LogLevel, of session: String? = nil, _ message: @autoclosure () -> String) {
    configuration.report(level, of: session, message())
  }
}
