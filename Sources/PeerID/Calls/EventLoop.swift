/// Runs all asynchronous calls of a client on one thread, which the first call starts.
///
/// Any thread may use this class: it puts commands into an inbox. `EventLoopDriver` runs on the loop's thread, which
/// ends after it has been idle for a while.
final class EventLoop: @unchecked Sendable {
  enum Command: Sendable {
    case begin(AsyncCall)
    /// The refresh that the call waits for has ended.
    case refreshEnded(AsyncCall)
    case taskEnded(AsyncCall, Result<CallResult, PeerIDError>)
    /// The call's task has to end, but is blocked by the store.
    case taskBlocked(id: UInt64)
    case cancel(id: UInt64)
    case closeAll
  }

  private struct Control {
    var inbox: [Command] = []
    var isRunning = false
    var isAsleep = false
    /// The driver, which outlives an idle thread, so that the next thread can use the driver's connections.
    var driver: EventLoopDriver?

    init() {
      // Make the Swift runtime create the array's type now; see `RuntimeWarmup`.
      inbox.reserveCapacity(8)
    }
  }

  static let idleMilliseconds: Int64 = 10_000

  let clock: Clock
  let settings: TransportSettings
  let serverClock: ServerClock
  let maximumActive: Int
  let quota: CallQuota
  /// The threads that run tasks. Refreshes use other threads, because tasks wait for stores and must not delay a
  /// refresh.
  let taskThreads: WorkerPool
  private let lock = Lock()
  // The child of a fork does not have the thread, and must not use the parent's calls and connections.
  private var control = ForkLocal(Control()) { $0 = Control() }
  /// Whether the client is closed or freed. The thread then ends after its last call.
  private var isStopping = false
  private var lastID: UInt64 = 0

  init(settings: TransportSettings, options: Options, clock: Clock, serverClock: ServerClock) {
    self.clock = clock
    self.serverClock = serverClock
    self.settings = settings
    maximumActive = Int(clamping: options.maximumActiveRequests)
    quota = CallQuota(limit: Int(clamping: options.maximumInFlight))
    taskThreads = WorkerPool(clock: clock, atThreadEnd: Curl.endThread)
  }

  // MARK: - From any thread

  /// Begins a call; returns its id.
  func begin(
    _ call: Call,
    tag: UInt64,
    queue: CompletionQueue,
    engine: CallEngine,
    makeContext: (TaskProgress?) -> CallContext
  ) throws(PeerIDError) -> UInt64 {
    try quota.enter()
    let id = lock.withLock {
      lastID += 1
      return lastID
    }
    var progress: TaskProgress?
    if case .task = call.request { progress = TaskProgress { self.post(.taskBlocked(id: id)) } }
    let context = makeContext(progress)
    let begun = AsyncCall(id: id, tag: tag, call: call, context: context, queue: queue, engine: engine)
    var sleeper: EventLoopDriver?
    let refusal: PeerIDError? = lock.withLock {
      if isStopping { return PeerIDError(.closed, "the client was closed") }
      if let failure = start() { return failure }
      sleeper = add(.begin(begun))
      return nil
    }
    sleeper?.wake()
    if let refusal {
      quota.leave()
      throw refusal
    }
    return id
  }

  /// Ends a call with `cancelled`, if it has not ended.
  func cancel(_ id: UInt64) {
    post(.cancel(id: id))
  }

  /// Ends all calls with `closed`, and then the thread.
  func closeAll() {
    lock.withLock { isStopping = true }
    post(.closeAll)
  }

  func post(_ command: Command) {
    // If the thread is not running, there is no call to end.
    let sleeper = lock.withLock { control.current.isRunning ? add(command) : nil }
    sleeper?.wake()
  }

  /// Adds a command; returns the driver if the loop's thread sleeps. Called under the lock. The caller wakes the thread
  /// after releasing the lock, because the thread takes the lock when it wakes up.
  private func add(_ command: Command) -> EventLoopDriver? {
    control.current.inbox.append(command)
    guard control.current.isAsleep else { return nil }
    control.current.isAsleep = false
    return control.current.driver
  }

  /// Starts the thread if it is not running; returns the error if that fails. Called under the lock.
  private func start() -> PeerIDError? {
    if control.current.isRunning { return nil }
    guard let driver = control.current.driver ?? EventLoopDriver(self) else {
      return PeerIDError(
        .outOfMemory,
        .notSent,
        "no descriptor or memory is left for asynchronous calls: raise the limit of open files (ulimit -n)",
        isRetryable: true
      )
    }
    control.current.driver = driver
    let passed = Unmanaged.passRetained(driver)
    let isStarted = Thread.start(passed.toOpaque()) { context in
      guard let context else { return nil }
      Unmanaged<EventLoopDriver>.fromOpaque(context).takeRetainedValue().run()
      Curl.endThread()
      return nil
    }
    control.current.isRunning = isStarted
    if isStarted { return nil }
    passed.release()
    return PeerIDError(.outOfMemory, "no thread could be started for asynchronous calls")
  }

  // MARK: - From the loop's thread

  func takeCommands() -> [Command] {
    var commands: [Command] = []
    lock.withLock { swap(&commands, &control.current.inbox) }
    return commands
  }

  /// Returns whether the thread may sleep. A sleeping thread is woken by the next command.
  func fallAsleep() -> Bool {
    lock.withLock {
      control.current.isAsleep = control.current.inbox.isEmpty
      return control.current.isAsleep
    }
  }

  func awake() {
    lock.withLock { control.current.isAsleep = false }
  }

  /// Returns whether the thread has to end, because it has been idle for a while or the client is closed. If the client
  /// is closed, this also closes the connections.
  func end(isIdle: Bool) -> Bool {
    var closing: EventLoopDriver?
    let ends = lock.withLock {
      guard control.current.inbox.isEmpty, isIdle || isStopping else { return false }
      control.current.isRunning = false
      if isStopping { swap(&closing, &control.current.driver) }
      return true
    }
    if let closing { ExitGuard.whileBusy { closing.closeConnections() } }
    return ends
  }
}
