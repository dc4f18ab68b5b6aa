internal import CLinux

/// Carries out the calls of one client and all its sessions. The engine lives until the client and all its sessions are
/// released.
package final class CallEngine: Sendable {
  let environment: SessionEnvironment
  let endpoints: Endpoints
  /// The headers of a chain read, which needs no token.
  let readHeaders = HeaderList.answer
  let loop: EventLoop
  let assets = AssetTable()

  /// The engine of a client.
  static func make(_ configuration: Configuration, _ clock: Clock) throws(PeerIDError) -> CallEngine {
    if let reason = Curl.unusableBecause { throw PeerIDError(.configuration, reason) }
    let allowsPlainHTTP = configuration.options.allowsPlainHTTP
    let endpoints = try Endpoints(
      baseURL: configuration.baseURL,
      authorizationPage: configuration.options.authorizationPage,
      allowsPlainHTTP: allowsPlainHTTP
    )
    return try CallEngine(configuration, endpoints, clock: clock)
  }

  convenience init(
    _ configuration: Configuration,
    _ endpoints: Endpoints,
    clock: Clock = .system
  ) throws(PeerIDError) {
    let settings = try TransportSettings(configuration.options, endpoints: endpoints)
    self.init(configuration, endpoints, settings, clock)
  }

  private init(_ configuration: Configuration, _ endpoints: Endpoints, _ settings: TransportSettings, _ clock: Clock) {
    self.endpoints = endpoints
    let transport = Transport(settings: settings, clock: clock)
    environment = SessionEnvironment(
      configuration: configuration,
      clock: clock,
      transport: transport,
      tokens: TokenAPI(configuration: configuration, endpoints: endpoints, transport: transport)
    )
    loop = EventLoop(
      settings: settings,
      options: configuration.options,
      clock: clock,
      serverClock: transport.serverClock
    )
    // Initialize lazy globals now: if the process forked while another thread initialized a global, the global would
    // stay locked in the child.
    _ = OperationCatalogue.standard.entries.count
    OwnedDescriptor.prepare()
    Lock.innermost.withLock { JSONDocument.createSeed() }
    Cancellation.prepare()
  }

  deinit {
    loop.closeAll()
  }

  var configuration: Configuration { environment.configuration }
  var opening: SessionOpening { SessionOpening(environment: environment) }

  /// Runs a call on this thread.
  func run(_ call: Call) throws(PeerIDError) -> CallResult {
    try checkOpen()
    let statistics = environment.transport.statistics
    statistics.add(.begun)
    defer { statistics.add(.ended) }
    return try BlockingDriver(transport: environment.transport, context: blockingContext()).run(logged(call))
  }

  private func logged(_ call: Call) -> Call {
    var call = call
    call.environment = environment
    return call
  }

  /// Begins a call on the event loop; returns its id.
  package func begin(_ call: Call, _ queue: CompletionQueue, _ tag: UInt64) throws(PeerIDError) -> UInt64 {
    try checkOpen()
    return try loop.begin(logged(call), tag: tag, queue: queue, engine: self) { progress in
      self.asynchronousContext(progress)
    }
  }

  /// The limits of a blocking call that begins now.
  private func blockingContext() -> CallContext {
    CallContext(
      clock: environment.clock,
      timeoutMilliseconds: configuration.options.requestTimeoutMilliseconds,
      closing: environment.closing,
      isInterrupted: configuration.isInterrupted,
      cancellation: .ofThread
    )
  }

  /// The limits of an asynchronous call that begins now. The caller cancels the call by its id. The `Cancellation` of
  /// the caller's thread does not apply, because that thread does not wait for the call.
  func asynchronousContext(_ progress: TaskProgress?) -> CallContext {
    CallContext(
      clock: environment.clock,
      timeoutMilliseconds: configuration.options.requestTimeoutMilliseconds,
      closing: environment.closing,
      cancellation: progress == nil ? nil : Cancellation(),
      progress: progress
    )
  }

  /// The request for a read of the chain; `parameters` is a JSON array, or empty.
  func chainRead(api: String, method: String, parameters: UnsafeRawBufferPointer) throws(PeerIDError) -> HTTPRequest {
    try ChainReadQuery(api: api, method: method, parameters: parameters).request(to: endpoints, readHeaders)
  }

  /// A reader of the chain that observes the limits of a call. Its log lines name the session, if there is one.
  func chainReader(_ context: CallContext, for session: SessionCore? = nil) -> ChainReader {
    ChainReader { (api, method, parameters) throws(PeerIDError) in
      let request = try parameters.withBytes { (json) throws(PeerIDError) in
        try self.chainRead(api: api, method: method, parameters: json)
      }
      var call = self.logged(.read(request))
      call.session = session
      let response = try self.environment.transport.send(request, context: context) { call.read($0, token: nil) }.get()
      context.hasReadChain = true
      return response
    }
  }

  /// Ends the calls in flight with `closed` and refuses new ones.
  func close() {
    if environment.closing.set() {
      environment.transport.close()
      loop.closeAll()
    }
  }

  /// Waits until the threads that refresh, save and use stores are idle; returns `false` on timeout.
  func flush(timeoutMilliseconds: Int64) -> Bool {
    let clock = environment.clock
    let end = clock.deadline(afterMilliseconds: timeoutMilliseconds)
    while !environment.workers.isIdle || !loop.taskThreads.isIdle {
      guard clock.monotonicMilliseconds() < end else { return false }
      Clock.pause(microseconds: 2000)
    }
    return true
  }

  func checkOpen() throws(PeerIDError) {
    if environment.closing.isSet { throw PeerIDError(.closed, "the client was closed") }
  }
}
