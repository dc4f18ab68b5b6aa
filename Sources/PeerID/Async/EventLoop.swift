internal import CCurl
import Glibc
import Synchronization

/// Carries all asynchronous calls of a client on one thread, which is started with the first of them.
///
/// Calls come in through an inbox; everything else is touched by the thread alone. The thread ends when there has been
/// nothing to do for a while.
final class EventLoop: @unchecked Sendable {
  final class ThreadState {
    var calls: [UInt64: AsyncCall] = [:]
    var ready: [AsyncCall] = []
    var readyHead = 0
    var active: [UnsafeMutableRawPointer: (call: AsyncCall, transfer: CurlTransfer)] = [:]
    var idleTransfers: [CurlTransfer] = []
    var timers = TimerHeap()
    /// Calls that have to end although their requests are under way, and how much of their answers had come when they
    /// were looked at last.
    var ending: [(call: AsyncCall, interruption: CallContext.Interruption, received: Int64)] = []
    /// Completions of one queue that are handed over together.
    var finished: [Completion] = []
    var finishedQueue: CompletionQueue?
  }

  enum Command {
    case begin(AsyncCall)
    /// What the call waited for has happened.
    case resume(AsyncCall)
    case cancel(UInt64)
    case closeAll
  }

  /// How many completions are handed over at the most with one wake-up of those who wait.
  static let largestHandover = 32

  static let idleMilliseconds: Int64 = 10_000

  let clock: Clock
  let settings: TransportSettings
  let serverClock: ServerClock
  let maximumActive: Int
  let quota: CallQuota
  let lock = Lock()
  var inbox: [Command] = []
  var isRunning = false
  var isAsleep = false
  /// Whether the client is closed or gone, so that the thread ends with its last call.
  var isStopping = false
  private var lastID: UInt64 = 0
  private var forkGeneration = ForkGuard.generation
  /// Made and replaced under the lock, used by the thread.
  var multi: UnsafeMutableRawPointer?
  var sockets = SocketTable()
  /// What only the thread touches. A fork may copy it half changed: the child never looks into it.
  var state = ThreadState()

  init(settings: TransportSettings, options: Options, clock: Clock, serverClock: ServerClock, quota: CallQuota) {
    self.clock = clock
    self.serverClock = serverClock
    self.settings = settings
    maximumActive = Int(clamping: options.maximumActiveRequests)
    self.quota = quota
  }

  deinit {
    guard forkGeneration == ForkGuard.generation else {
      ForkGuard.leaveBehind(state)
      ForkGuard.leaveBehind(sockets)
      return
    }
    state.idleTransfers = []
    if let multi { curl_multi_cleanup(multi) }
  }

  // MARK: - From any thread

  /// Begins a call; returns its id.
  func begin(
    _ work: AsyncCall.Work,
    tag: UInt64,
    queue: CompletionQueue,
    context: CallContext
  ) throws(PeerIDError) -> UInt64 {
    try quota.enter()
    var id: UInt64 = 0
    let refusal: PeerIDError? = lock.withLock {
      renewAfterFork()
      if isStopping { return PeerIDError(.closed, "the client was closed") }
      guard isRunning || start() else {
        return PeerIDError(.outOfMemory, "no thread or file descriptor is left for asynchronous calls")
      }
      lastID += 1
      id = lastID
      let call = AsyncCall(id: id, tag: tag, work: work, context: context, queue: queue)
      inbox.append(.begin(call))
      wake()
      return nil
    }
    if let refusal {
      quota.leave()
      throw refusal
    }
    return id
  }

  /// Lets a call that is waiting go on.
  func resume(_ call: AsyncCall) {
    post(.resume(call))
  }

  /// Ends a call with `cancelled`, if it has not ended.
  func cancel(_ id: UInt64) {
    post(.cancel(id))
  }

  /// Ends all calls with `closed`, and the thread behind them.
  func closeAll() {
    lock.withLock { isStopping = true }
    post(.closeAll)
  }

  private func post(_ command: Command) {
    lock.withLock {
      // Without the thread there is no call that could mind.
      guard isRunning, forkGeneration == ForkGuard.generation else { return }
      inbox.append(command)
      wake()
    }
  }

  /// Called under the lock.
  private func wake() {
    if isAsleep, let multi {
      isAsleep = false
      curl_multi_wakeup(multi)
    }
  }

  /// Called under the lock. The parent's thread does not exist here, and its connections are its own.
  private func renewAfterFork() {
    guard forkGeneration != ForkGuard.generation else { return }
    forkGeneration = ForkGuard.generation
    sockets.closeInChild()
    ForkGuard.leaveBehind(sockets)
    ForkGuard.leaveBehind(state)
    sockets = SocketTable()
    state = ThreadState()
    multi = nil
    // The parent's calls are its own, and whatever they hold is shared with what was left behind.
    ForkGuard.leaveBehind(inbox)
    inbox = []
    isRunning = false
    isAsleep = false
  }

  /// Called under the lock.
  func prepareMulti() -> Bool {
    if multi != nil { return true }
    guard let made = MultiHandle.make() else { return false }
    ccurl_multi_setopt_long(made, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    ccurl_multi_setopt_long(
      made,
      CURLMOPT_MAXCONNECTS,
      max(Int(clamping: settings.maximumIdleConnections), maximumActive)
    )
    multi = made
    return true
  }

  /// Called under the lock.
  private func start() -> Bool {
    guard prepareMulti() else { return false }
    let me = Unmanaged.passRetained(self)
    isRunning = Thread.start(me.toOpaque()) { context in
      guard let context else { return nil }
      Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }
    if !isRunning { me.release() }
    return isRunning
  }
}
