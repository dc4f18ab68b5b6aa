internal import CLinux
import Synchronization

/// The limits of a call, which can end it before its answer arrives: the deadline, a cancellation, and closing the
/// client.
final class CallContext: @unchecked Sendable {
  /// Why a call ends early.
  enum Interruption: Equatable, Sendable {
    case timedOut
    case cancelled
    case closed
  }

  /// The call's deadline, in milliseconds of the monotonic clock.
  let deadline: Int64
  /// When the call began, in microseconds of the system's monotonic clock; only for statistics.
  let began = Clock.monotonicMicroseconds()
  private let clock: Clock
  private let closing: ClosingFlag
  private let isInterrupted: (@Sendable () -> Bool)?
  /// The cancellation through which another thread can end a blocking call.
  let cancellation: Cancellation?
  /// The state of an asynchronous call's task.
  let progress: TaskProgress?
  /// Whether the server has answered a chain read of the call's task. Used only on the task's thread.
  var hasReadChain = false
  private let cancelled = Atomic<Bool>(false)
  private var lastAsked: Int64

  /// The minimum time between two calls of the application's interrupt function, in milliseconds.
  static let askingInterval: Int64 = 50

  init(
    clock: Clock,
    timeoutMilliseconds: Int64,
    closing: ClosingFlag,
    isInterrupted: (@Sendable () -> Bool)? = nil,
    cancellation: Cancellation? = nil,
    progress: TaskProgress? = nil
  ) {
    let now = clock.monotonicMilliseconds()
    self.clock = clock
    self.closing = closing
    self.isInterrupted = isInterrupted
    self.cancellation = cancellation
    self.progress = progress
    deadline = now + timeoutMilliseconds
    lastAsked = now
  }

  /// Cancels the call. May be called on any thread; the call ends as soon as it checks for interruptions.
  func cancel() {
    cancelled.store(true, ordering: .relaxed)
    cancellation?.cancel()
  }

  /// Runs `body`, which uses a store and may be blocked by it.
  func inStore<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    guard let progress else { return try body() }
    return try progress.inStore(body)
  }

  /// Runs `body`, which sends the call's request. Called inside `inStore`, while the store itself is not in use.
  func outOfStore<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    guard let progress else { return try body() }
    return try progress.outOfStore(body)
  }

  /// Called inside `inStore`, before the call changes the store without a request. Throws if the call has ended; if it
  /// ends after this, its outcome is unknown.
  func willChangeStore() throws(PeerIDError) {
    guard progress?.isInterruptedBeforeEffect() == true, let interruption = knownInterruption else { return }
    throw PeerIDError(interruption, .notSent, while: "its store had not answered")
  }

  /// Whether the caller has set an interrupt function.
  var isAsking: Bool { isInterrupted != nil }

  /// Milliseconds until the deadline; never negative.
  var remainingMilliseconds: Int64 { max(deadline - clock.monotonicMilliseconds(), 0) }

  /// The reason why the call has to end now; otherwise `nil`. Cheap enough to call in a loop.
  func interruption() -> Interruption? {
    if let isInterrupted, knownInterruption == nil {
      let now = clock.monotonicMilliseconds()
      if now - lastAsked >= Self.askingInterval {
        lastAsked = now
        if isInterrupted() { cancelled.store(true, ordering: .relaxed) }
      }
    }
    return knownInterruption
  }

  /// The same without asking the application.
  var knownInterruption: Interruption? {
    if closing.isSet || ExitGuard.isGivingUp { return .closed }
    if cancelled.load(ordering: .relaxed) || cancellation?.isCancelled == true { return .cancelled }
    return clock.monotonicMilliseconds() >= deadline ? .timedOut : nil
  }

  /// Waits. Returns early, with the reason, if the call has to end.
  func pause(milliseconds: Int64) -> Interruption? {
    let end = clock.monotonicMilliseconds() + milliseconds
    while true {
      if let interruption = interruption() { return interruption }
      let rest = min(end, deadline) - clock.monotonicMilliseconds()
      if rest <= 0 { return interruption() }
      clock.sleep(min(rest, Self.askingInterval) * 1000)
    }
  }
}

extension PeerIDError {
  /// The error of a call that had to end while no request was in flight.
  init(_ interruption: CallContext.Interruption, _ outcome: Outcome, while doing: String) {
    switch interruption {
    case .timedOut: self.init(.timeout, outcome, "time ran out while \(doing)", isRetryable: true)
    case .cancelled: self.init(.cancelled, outcome, "the call was cancelled while \(doing)", isRetryable: true)
    case .closed: self.init(.closed, outcome, "the client was closed while \(doing)")
    }
  }
}

/// A flag that is set once, when a client is closed. Every call in flight checks it.
final class ClosingFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }

  /// Sets the flag; returns `false` if it was already set.
  func set() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }
}
