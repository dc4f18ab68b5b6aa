import Glibc
import Synchronization

/// What a client and all its sessions share. It lives as long as the last of them.
final class ClientCore: Sendable {
  let configuration: Configuration
  let clock: Clock
  let endpoints: Endpoints
  let transport: Transport
  let tokens: TokenAPI
  /// The threads that refresh and save.
  let workers: WorkerPool
  /// The threads that make asynchronous calls in the blocking way. They wait for refreshes, so refreshes must not have
  /// to wait for them.
  let callers: WorkerPool
  let jobs: JobTable
  let unsaved = UnsavedSessions()
  let loop: EventLoop
  let policy: SessionStateMachine.Policy
  /// The headers of every call for a session, behind the one with its token.
  let sessionHeaders: HeaderList
  /// The headers of a read of the chain, which needs no token.
  let readHeaders: HeaderList
  private let closing = ClosingFlag()
  private let abandoning = ClosingFlag()
  private let liveSessions = Atomic<Int>(0)
  /// How many sessions whose refresh token is spent wait for a sibling's pair.
  let siblingWaits = Atomic<Int>(0)
  /// Never set: a refresh whose answer is on the way is not given up when the client is closed, because the new pair
  /// would be lost.
  private let refreshClosing = ClosingFlag()

  init(configuration: Configuration, clock: Clock = .system) throws(PeerIDError) {
    if let reason = Curl.unusableBecause { throw PeerIDError(.configuration, reason) }
    let options = configuration.options
    self.configuration = configuration
    self.clock = clock
    endpoints = try Endpoints(baseURL: configuration.baseURL, allowsPlainHTTP: options.allowsPlainHTTP)
    let settings = try TransportSettings(
      options,
      endpoints: endpoints,
      sendsOnce: configuration.works(.sendingOnce)
    )
    transport = Transport(settings: settings, clock: clock)
    tokens = TokenAPI(configuration: configuration, endpoints: endpoints, transport: transport)
    workers = WorkerPool(clock: clock)
    callers = WorkerPool(clock: clock)
    let quota = CallQuota(limit: Int(clamping: options.maximumInFlight))
    jobs = JobTable(quota: quota)
    loop = EventLoop(
      settings: settings,
      options: options,
      clock: clock,
      serverClock: transport.serverClock,
      quota: quota
    )
    var policy = SessionStateMachine.Policy()
    policy.refreshWindow = options.refreshWindowMilliseconds
    policy.probeDelay = options.probeDelayMilliseconds
    if !configuration.works(.earlyRefusalPause) { policy.earlyRefusalAge = 0 }
    policy.allowsOneRefresh = configuration.works(.oneRefresh)
    self.policy = policy
    sessionHeaders = HeaderList([
      Bytes("ClientID: \(configuration.clientID)"),
      Bytes("Content-Type: application/json"),
      Bytes("Accept: application/json"),
      Bytes("Expect:"),
    ])
    readHeaders = HeaderList([Bytes("Accept: application/json")])
    // The catalogue is read now, so that no fork can happen while another thread is reading it.
    _ = OperationCatalogue.standard.operations.count
    HeldDescriptors.prepare()
    Cancellation.prepare()
  }

  deinit {
    loop.closeAll()
  }

  /// The limits of a blocking call that begins now.
  func callContext() -> CallContext {
    CallContext(
      clock: clock,
      timeoutMilliseconds: configuration.options.requestTimeoutMilliseconds,
      closing: closing,
      isInterrupted: configuration.isInterrupted,
      cancellation: .ofThread
    )
  }

  /// The limits of an asynchronous call that begins now. It is ended by its id; no thread of the caller waits for it.
  func asynchronousContext(cancellation: Cancellation? = nil, storeWatch: StoreWatch? = nil) -> CallContext {
    CallContext(
      clock: clock,
      timeoutMilliseconds: configuration.options.requestTimeoutMilliseconds,
      closing: closing,
      cancellation: cancellation,
      storeWatch: storeWatch
    )
  }

  /// The limits of a refresh that begins now. It is nobody's call: no caller can end it.
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

  /// Ends the calls in flight with `closed` and refuses new ones.
  func close() {
    if closing.set() {
      transport.close()
      loop.closeAll()
      jobs.close()
    }
  }

  var isClosed: Bool { closing.isSet }

  /// Waits until the threads that refresh, save and use stores have nothing to do; returns whether it came to that.
  func settle(timeoutMilliseconds: Int64) -> Bool {
    let end = clock.deadline(afterMilliseconds: timeoutMilliseconds)
    while !workers.isIdle || !callers.isIdle {
      guard clock.monotonicMilliseconds() < end else { return false }
      var pause = timespec(tv_sec: 0, tv_nsec: 2_000_000)
      nanosleep(&pause, nil)
    }
    return true
  }

  /// Whether nobody can open a session any more, and these sessions are the only ones that exist.
  func isAbandoned(butFor sessions: Int) -> Bool {
    abandoning.isSet && liveSessions.load(ordering: .acquiring) <= sessions
  }

  func sessionBegan() {
    liveSessions.wrappingAdd(1, ordering: .relaxed)
  }

  func sessionEnded() {
    liveSessions.wrappingSubtract(1, ordering: .releasing)
  }

  /// The client is gone; its sessions may live on.
  func abandon() {
    _ = abandoning.set()
  }

  func checkOpen() throws(PeerIDError) {
    if closing.isSet { throw PeerIDError(.closed, "the client was closed") }
  }
}
