internal import CLinux

/// Retries saving a client's sessions if their newest tokens are not in the store yet.
///
/// The application may free such a session long before it is saved. This class and the client's table keep the session,
/// and the next call that opens the key gets this session. Otherwise that call would get the old token pair from the
/// store, which the server no longer accepts.
final class SaveRetrier: @unchecked Sendable {
  private struct State {
    var sessions: [SessionLease] = []
    var isRunning = false
  }

  /// The interval at which the job looks for work, in milliseconds. The exit of the process can be delayed by this
  /// time.
  private static let lookInterval: Int64 = 50
  /// How long an attempt waits for a store's lock, in milliseconds: a short time, since other sessions have to be
  /// saved, too.
  private static let lockTimeout: Int64 = 500
  /// How long the last attempt waits for the lock when the client is closed or freed, in milliseconds.
  private static let lastLockTimeout: Int64 = 10_000
  /// How long the last attempt waits for the lock when the process exits, in milliseconds.
  private static let exitLockTimeout: Int64 = 1500
  /// How long saving is retried after the client is closed or freed, in milliseconds.
  private static let patienceAtEnd: Int64 = 2000

  private let lock = Lock()
  // The child of a fork saves nothing: the parent continues to retry.
  private var state = ForkLocal(State()) { $0 = State() }

  /// Keeps a session, and retries until its token pair is saved.
  func add(_ core: SessionCore, _ environment: SessionEnvironment) {
    // A session that has ended gets no lease, and has nothing to save.
    guard let lease = environment.table.lease(core) else { return core.stopRetryingSave() }
    let mustStart = lock.withLock {
      state.current.sessions.append(lease)
      defer { state.current.isRunning = true }
      return !state.current.isRunning
    }
    guard mustStart, !environment.workers.run({ self.work(environment) }) else { return }
    if ExitGuard.isExiting {
      // No thread can be started any more, but the exit waits for the current thread.
      _ = tryAll(environment, isLast: true)
    } else {
      drop()
    }
  }

  private func work(_ environment: SessionEnvironment) {
    var end = Int64.max
    while true {
      let now = environment.clock.monotonicMilliseconds()
      if environment.closing.isSet || environment.isAbandoned { end = min(end, now + Self.patienceAtEnd) }
      if tryAll(environment, isLast: ExitGuard.isExiting || now >= end) { return }
      Clock.pause(microseconds: Self.lookInterval * 1000)
    }
  }

  /// Tries to save the sessions that are due, or all if this is the last attempt. Returns whether nothing is left to
  /// save.
  private func tryAll(_ environment: SessionEnvironment, isLast: Bool) -> Bool {
    let now = environment.clock.monotonicMilliseconds()
    let present = lock.withLock { state.current.sessions }
    let timeout = !isLast ? Self.lockTimeout : ExitGuard.isExiting ? Self.exitLockTimeout : Self.lastLockTimeout
    for lease in present {
      let core = lease.core
      let (isUnsaved, isDue) = core.withState { ($0.saving.failure != nil, $0.saving.isDue(now: now)) }
      if isUnsaved, !isLast, !isDue { continue }
      let isSaved = !isUnsaved || core.saveAgain(lockTimeout: timeout)
      if !isSaved, !isLast { continue }
      if !isSaved {
        core.log(
          .error,
          "the new tokens could not be saved before its client ended: they are lost"
        )
      }
      remove(lease)
      core.stopRetryingSave()
      // Meanwhile, a later token pair may have been issued and not saved.
      if isSaved { core.keepTryingToSave() }
    }
    return lock.withLock {
      if state.current.sessions.isEmpty { state.current.isRunning = false }
      return !state.current.isRunning
    }
  }

  private func remove(_ lease: SessionLease) {
    lock.withLock { state.current.sessions.removeAll { $0 === lease } }
  }

  /// Forgets the sessions, because no thread could be started. The next call of each session starts the retries again.
  private func drop() {
    var dropped: [SessionLease] = []
    lock.withLock {
      swap(&dropped, &state.current.sessions)
      state.current.isRunning = false
    }
    for lease in dropped { lease.core.stopRetryingSave() }
  }
}
