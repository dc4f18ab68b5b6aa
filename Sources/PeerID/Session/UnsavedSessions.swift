import Glibc

/// The sessions of a client whose newest pair could not be saved, and the job that tries again until it is.
///
/// An application may give a session back long before that. So it is kept here, and handed out again to whoever opens
/// its key: what the store holds is a pair that the server takes no more.
final class UnsavedSessions: @unchecked Sendable {
  /// How often the job looks whether there is something to do, in milliseconds. The end of the process waits for it.
  private static let lookInterval: Int64 = 50

  private let lock = Lock()
  private var sessions: [StoreKey: Session] = [:]
  private var isRunning = false
  private var forkGeneration = ForkGuard.generation

  /// How long a try waits for a lock, in milliseconds: not long, since others may have to be saved, too, …
  private static let lockTimeout: Int64 = 500
  /// … but the last one does, …
  private static let lastLockTimeout: Int64 = 10_000
  /// … as far as the end of the process lets it.
  private static let exitLockTimeout: Int64 = 1500

  /// Keeps a session until its pair is saved. Of two sessions of a key the one with the later pair is kept.
  func add(_ session: Session, key: String) {
    if let present = self.session(forKey: key), present !== session, present.supersedes(session) {
      return session.abandonSaving()
    }
    var replaced: Session?
    let mustStart = lock.withLock {
      renewAfterFork()
      replaced = sessions.updateValue(session, forKey: StoreKey(key))
      defer { isRunning = true }
      return !isRunning
    }
    if let replaced, replaced !== session {
      if session.supersedes(replaced) { replaced.abandonSaving() } else { replaced.neglectSaving() }
    }
    let core = session.core
    guard mustStart, !core.workers.run({ self.work(core) }) else { return }
    if ExitGuard.isExiting {
      // This is a thread that the exit waits for, and there will be no other.
      _ = tryAll(core, isLast: true)
    } else {
      drop()
    }
  }

  /// The session under a key whose newest pair is not in the store.
  func session(forKey key: String) -> Session? {
    let session = lock.withLock { forkGeneration == ForkGuard.generation ? sessions[StoreKey(key)] : nil }
    return session?.mayBeSaved == true ? session : nil
  }

  /// The newest pair under a key that is not in the store.
  func token(forKey key: String) -> Token? {
    session(forKey: key)?.newestToken
  }

  /// Keeps no session of this key any more: it was logged out, or there is a new one.
  func forget(key: String) {
    let forgotten = lock.withLock {
      forkGeneration == ForkGuard.generation ? sessions.removeValue(forKey: StoreKey(key)) : nil
    }
    forgotten?.neglectSaving()
  }

  /// For how long saving is tried when the client has been closed or given back, in milliseconds.
  private static let patienceInTheEnd: Int64 = 2000

  private func work(_ core: ClientCore) {
    var end = Int64.max
    while true {
      let now = core.clock.monotonicMilliseconds()
      if core.isClosed || core.isAbandoned(butFor: lock.withLock { sessions.count }) {
        end = min(end, now + Self.patienceInTheEnd)
      }
      if tryAll(core, isLast: ExitGuard.isExiting || now >= end) { return }
      var pause = timespec(tv_sec: 0, tv_nsec: Int(Self.lookInterval) * 1_000_000)
      nanosleep(&pause, nil)
    }
  }

  /// Tries to save what is due; everything if this is the last time. Returns whether there is nothing left to save.
  private func tryAll(_ core: ClientCore, isLast: Bool) -> Bool {
    let now = core.clock.monotonicMilliseconds()
    let present = lock.withLock { Array(sessions) }
    let timeout = !isLast ? Self.lockTimeout : ExitGuard.isExiting ? Self.exitLockTimeout : Self.lastLockTimeout
    for (key, session) in present {
      if session.isUnsaved, !isLast, !session.isSavingDue(now: now) { continue }
      if !session.isUnsaved || session.saveAgain(lockTimeout: timeout) {
        remove(key, session)
        // Another pair may have failed to be saved meanwhile.
        session.neglectSaving()
        session.keepTryingToSave()
      } else if isLast {
        core.configuration.log(
          .error,
          "the new tokens of a session could not be saved before its client ended: they are lost"
        )
        remove(key, session)
        session.neglectSaving()
      }
    }
    return lock.withLock {
      if sessions.isEmpty { isRunning = false }
      return !isRunning
    }
  }

  private func remove(_ key: StoreKey, _ session: Session) {
    lock.withLock {
      // Another session may have taken its place.
      if sessions[key] === session { sessions[key] = nil }
    }
  }

  /// Without a thread nobody tries: the next call of a session takes it up again.
  private func drop() {
    var dropped: [StoreKey: Session] = [:]
    lock.withLock {
      swap(&dropped, &sessions)
      isRunning = false
    }
    for session in dropped.values { session.neglectSaving() }
  }

  /// The parent goes on trying with its own.
  private func renewAfterFork() {
    guard forkGeneration != ForkGuard.generation else { return }
    forkGeneration = ForkGuard.generation
    ForkGuard.leaveBehind(sessions)
    sessions = [:]
    isRunning = false
  }
}
