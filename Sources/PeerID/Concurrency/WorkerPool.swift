internal import CLinux

/// The library's threads for work that continues without its caller, such as refreshes.
///
/// A thread is started when there is work and no idle thread, and ends after it has been idle for a while. The pool's
/// threads block all signals, so that the application's signal handlers run on the application's threads.
final class WorkerPool: @unchecked Sendable {
  static let maximumThreads = 16
  private static let idleMilliseconds: Int64 = 2000

  private struct State {
    var hasWork: Condition
    var jobs: [@Sendable () -> Void] = []
    var threads = 0
    var idleThreads = 0
    /// The number of waiting and running jobs.
    var unfinished = 0
  }

  private let clock: Clock
  private let atThreadEnd: @Sendable () -> Void
  private let lock = Lock()
  private var state: ForkLocal<State>

  init(clock: Clock, atThreadEnd: @escaping @Sendable () -> Void) {
    self.clock = clock
    self.atThreadEnd = atThreadEnd
    let lock = lock
    state = ForkLocal(State(hasWork: Condition(lock: lock))) { $0 = State(hasWork: Condition(lock: lock)) }
  }

  /// Queues `job` for a thread of the pool. Returns `false` if there is no thread and none could be started.
  func run(_ job: @escaping @Sendable () -> Void) -> Bool {
    lock.withLock {
      if ExitGuard.isExiting { return false }
      if state.current.idleThreads < state.current.jobs.count + 1, state.current.threads < Self.maximumThreads {
        if startThread() {
          state.current.threads += 1
        } else if state.current.threads == 0 {
          return false
        }
      }
      state.current.jobs.append(job)
      state.current.unfinished += 1
      state.current.hasWork.broadcast()
      return true
    }
  }

  /// Whether no job is waiting or running.
  var isIdle: Bool {
    lock.withLock { state.current.unfinished == 0 }
  }

  private func startThread() -> Bool {
    let me = Unmanaged.passRetained(self)
    let started = Thread.start(me.toOpaque()) { context in
      guard let context else { return nil }
      Unmanaged<WorkerPool>.fromOpaque(context).takeRetainedValue().work()
      return nil
    }
    if !started { me.release() }
    return started
  }

  private func work() {
    while runNextJob() {}
    atThreadEnd()
  }

  private func runNextJob() -> Bool {
    guard finishNextJob() else { return false }
    lock.withLock { state.current.unfinished -= 1 }
    return true
  }

  /// A separate function, so that everything a job holds, such as a session, is released before the pool is idle.
  @inline(never)
  private func finishNextJob() -> Bool {
    guard let job = nextJob() else { return false }
    ExitGuard.whileBusy(job)
    return true
  }

  private func nextJob() -> (@Sendable () -> Void)? {
    lock.withLock {
      let deadline = clock.monotonicMilliseconds() + Self.idleMilliseconds
      state.current.idleThreads += 1
      defer { state.current.idleThreads -= 1 }
      while state.current.jobs.isEmpty {
        if clock.monotonicMilliseconds() >= deadline {
          state.current.threads -= 1
          return nil
        }
        state.current.hasWork.wait(untilMonotonic: deadline)
      }
      return state.current.jobs.removeFirst()
    }
  }
}

/// Threads of the library.
enum Thread {
  /// Starts a detached thread with all signals blocked; returns whether that worked. The stack has the application's
  /// default size, because callbacks of the application run on this thread.
  static func start(
    _ context: UnsafeMutableRawPointer,
    _ body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  ) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    return whileSignalsAreBlocked {
      var thread = pthread_t()
      return pthread_create(&thread, &attributes, body, context) == 0
    }
  }

  /// Runs `body` with all signals blocked in this thread. Threads that `body` starts inherit the signal mask.
  static func whileSignalsAreBlocked<Result>(_ body: () -> Result) -> Result {
    let before = SignalMask.blockAll()
    defer { before.restore() }
    return body()
  }

  /// The signals that a thread has blocked.
  struct SignalMask {
    private var signals = sigset_t()

    /// Blocks all signals of this thread; returns what was blocked before.
    static func blockAll() -> SignalMask {
      var all = sigset_t()
      var before = SignalMask()
      sigfillset(&all)
      pthread_sigmask(SIG_SETMASK, &all, &before.signals)
      return before
    }

    /// Makes this the mask of this thread.
    func restore() {
      var signals = signals
      pthread_sigmask(SIG_SETMASK, &signals, nil)
    }
  }
}
