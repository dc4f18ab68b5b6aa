internal import CLinux

/// An exclusive lock among processes and threads: `flock` on a file next to the guarded file.
///
/// The kernel releases the lock when its holder dies, so a lock is never stale. The lock file is never removed, because
/// a lock on a removed file has no effect. The child of a fork closes its copy of the descriptor at once; otherwise the
/// lock would outlive the parent that holds it.
enum FileLock {
  /// The pauses between attempts, in milliseconds; the last one repeats.
  private static let pauses: [Int64] = [1, 1, 2, 2, 5, 5, 10, 20]

  /// Creates the file at `path` if it does not exist, and waits at most `timeoutMilliseconds` to lock it. Returns the
  /// descriptor that holds the lock.
  static func acquire(_ path: String, timeoutMilliseconds: Int64) throws(PeerIDError) -> OwnedDescriptor {
    let clock = Clock.system
    let deadline = clock.deadline(afterMilliseconds: timeoutMilliseconds)
    let descriptor = try open(path)
    var tries = 0
    while try !isLocked(descriptor, path) {
      guard clock.monotonicMilliseconds() < deadline else {
        descriptor.close()
        throw PeerIDError(.store, "timed out waiting for the session lock, which another process holds: '\(path)'")
      }
      Clock.pause(microseconds: pauses[min(tries, pauses.count - 1)] * 1000)
      tries += 1
    }
    return descriptor
  }

  /// Locks the file as `acquire` does, but without waiting; returns `nil` if the file is locked.
  static func acquireAtOnce(_ path: String) throws(PeerIDError) -> OwnedDescriptor? {
    let descriptor = try open(path)
    if try isLocked(descriptor, path) { return descriptor }
    descriptor.close()
    return nil
  }

  private static func open(_ path: String) throws(PeerIDError) -> OwnedDescriptor {
    try StoreFile.open(path, O_RDWR | O_CREAT)
  }

  /// Tries to lock; returns whether that succeeded. Closes the descriptor if locking fails for another reason than a
  /// held lock.
  private static func isLocked(_ descriptor: OwnedDescriptor, _ path: String) throws(PeerIDError) -> Bool {
    if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return true }
    let failure = errno
    if failure == EWOULDBLOCK || failure == EINTR { return false }
    descriptor.close()
    throw .systemCall("cannot lock '\(path)'", failure)
  }
}

extension PeerIDError {
  /// The error for a system call of a store that failed, with the system's reason.
  static func systemCall(_ what: String, _ code: Int32 = errno) -> PeerIDError {
    PeerIDError(.store, "\(what): \(String(cString: strerror(code)))")
  }
}
