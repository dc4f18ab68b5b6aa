internal import CLinux

/// The sessions of a client whose newest pair could not be saved, and the job that tries again until it is.
///
/// The application may free a session long before that. So it is kept here, and in the client's table, which hands it to
/// the next call that opens its key: what the store holds is a pair that the server no longer accepts.
final class SaveRetrier: @unchecked Sendable {
  private struct State {
    var sessions: [SessionLease] = []
    var isRunning = false
  }

  /// How often the job looks whether there is something to do, in milliseconds. The end of the process waits for it.
  private static let lookInterval: Int64 = 50
  /// How long a try waits for a lock, in milliseconds: not long, since others may have to be saved as well, …
  private static let lockTimeout: Int64 = 500
  /// … but the last one does, …
  private static let lastLockTimeout: Int64 = 10_000
  /// … as far as the end of the process lets it.
  private static let exitLockTimeout: Int64 = 1500
  /// For how long saving is tried when the client has been closed or freed, in milliseconds.
  private static let patienceAtEnd: Int64 = 2000

  private let lock = Lock()
  // The parent goes on trying with its own.
  private var state = ForkLocal(State()) { $0 = State() }

  /// Keeps a session until its pair is saved.
  func add(_ core: SessionCore, _ environment: SessionEnvironment) {
    // A session that has ended has nothing to save.
    guard let lease = environment.table.lease(core) else { return core.stopRetryingSave() }
    let mustStart = lock.withLock {
      state.current.sessions.append(lease)
      defer { state.current.isRunning = true }
      return !state.current.isRunning
    }
    guard mustStart, !environment.workers.run({ self.work(environment) }) else { return }
    if ExitGuard.isExiting {
      // This is a thread that the exit waits for, and there will be no other.
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

  /// Tries to save what is due; everything if this is the last time. Returns whether there is nothing left to save.
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
      // Another pair may have failed to be saved meanwhile.
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

  /// Without a thread nobody tries: the next call of a session takes it up again.
  private func drop() {
    var dropped: [SessionLease] = []
    lock.withLock {
      swap(&dropped, &state.current.sessions)
      state.current.isRunning = false
    }
    for lease in dropped { lease.core.stopRetryingSave() }
  }
}
