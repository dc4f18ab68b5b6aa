import Synchronization

/// What the sessions of one client share: its configuration, the way to the server, and the threads that refresh and
/// save.
final class SessionEnvironment: Sendable {
  let configuration: Configuration
  let clock: Clock
  let transport: Transport
  let tokens: TokenAPI
  /// The threads that refresh and save.
  let workers: WorkerPool
  let policy: SessionStateMachine.Policy
  /// The headers of every call for a session, after the one with its token.
  let sessionHeaders: HeaderList
  let table = SessionTable()
  let retrier = SaveRetrier()
  /// How many refused sessions wait for the pair of a late writer.
  let lateWriterWaits = Atomic<Int>(0)
  private let order = Atomic<UInt64>(0)
  /// Set when the client is closed.
  let closing = ClosingFlag()
  /// Set when the application has freed the client; its sessions may live on.
  let abandoning = ClosingFlag()
  /// Never set: a refresh whose answer is on its way is not given up when the client is closed, because the new pair
  /// would be lost.
  private let refreshClosing = ClosingFlag()

  init(configuration: Configuration, clock: Clock, transport: Transport, tokens: TokenAPI) {
    self.configuration = configuration
    self.clock = clock
    self.transport = transport
    self.tokens = tokens
    workers = WorkerPool(clock: clock)
    let options = configuration.options
    var policy = SessionStateMachine.Policy()
    policy.refreshWindow = options.refreshWindowMilliseconds
    policy.probeDelay = options.probeDelayMilliseconds
    self.policy = policy
    sessionHeaders = HeaderList([
      Bytes("ClientID: \(configuration.clientID)"),
      Bytes("Content-Type: application/json"),
      Bytes("Accept: application/json"),
      Bytes("Expect:"),
    ])
  }

  /// The limits of a refresh that begins now. No caller can end it.
  func refreshContext() -> CallContext {
    CallContext(
      clock: clock,
      timeoutMilliseconds: configuration.options.refreshTimeoutMilliseconds,
      closing: refreshClosing
    )
  }

  /// The limits of a log in that replaces a refresh. A store's lock is held all the while, for twice the refresh timeout
  /// at most, however long the relogin handler takes: that is how long a store is asked to hold it.
  func reloginContext(after refresh: CallContext) -> CallContext {
    let timeout = configuration.options.refreshTimeoutMilliseconds
    let end = refresh.deadline + timeout
    return CallContext(
      clock: clock,
      timeoutMilliseconds: min(timeout, end - clock.monotonicMilliseconds()),
      closing: refreshClosing
    )
  }

  /// Puts what happens to the client's sessions in an order.
  func nextOrder() -> UInt64 { order.wrappingAdd(1, ordering: .relaxed).newValue }

  /// Whether the client is freed and no session handle is left.
  var isAbandoned: Bool { abandoning.isSet && !table.hasHandles }

  /// The server's time, or the local one before the server has answered, in milliseconds since 1970.
  var serverTime: Int64 { transport.serverClock.nowMilliseconds ?? Clock.wallMilliseconds() }

  /// Logs an event with the application, and the session that it is about.
  func log(_ level: LogLevel, of session: String? = nil, _ message: @autoclosure () -> String) {
    configuration.report(level, of: session, message())
  }
}
