import Glibc

/// An exclusive lock among processes and threads, kept by the kernel on a file beside the one it guards.
///
/// The kernel releases it when its holder dies, so no lock is ever stale. The file is never removed: a lock on a removed
/// file would guard nothing.
enum FileLock {
  /// Pauses between two tries, in milliseconds; the last one repeats.
  private static let pauses: [Int64] = [1, 1, 2, 2, 5, 5, 10, 20]

  /// Locks the file at `path`, made if it does not exist, and waits for the lock at most `timeoutMilliseconds`.
  /// Returns the descriptor that holds the lock.
  static func acquire(_ path: String, timeoutMilliseconds: Int64) throws(PeerIDError) -> Int32 {
    let clock = Clock.system
    let deadline = clock.deadline(afterMilliseconds: timeoutMilliseconds)
    let descriptor = try open(path)
    var tries = 0
    while try !isLocked(descriptor, path) {
      guard clock.monotonicMilliseconds() < deadline else {
        release(descriptor)
        throw PeerIDError(.store, "timed out waiting for the session lock, which another process holds: '\(path)'")
      }
      var pause = timespec(tv_sec: 0, tv_nsec: Int(pauses[min(tries, pauses.count - 1)]) * 1_000_000)
      tries += 1
      nanosleep(&pause, nil)
    }
    return descriptor
  }

  /// Locks the file at `path`, made if it does not exist, unless it is locked. Returns the descriptor that holds the
  /// lock.
  static func acquireAtOnce(_ path: String) throws(PeerIDError) -> Int32? {
    let descriptor = try open(path)
    if try isLocked(descriptor, path) { return descriptor }
    release(descriptor)
    return nil
  }

  private static func open(_ path: String) throws(PeerIDError) -> Int32 {
    let (descriptor, failure) = HeldDescriptors.open(path)
    guard descriptor >= 0 else { throw StoreFile.cannotOpen(path, failure) }
    do throws(PeerIDError) {
      try StoreFile.check(descriptor, path)
    } catch {
      release(descriptor)
      throw error
    }
    return descriptor
  }

  /// Tries to lock, and returns whether the lock is held now. A descriptor that cannot be locked at all is closed.
  private static func isLocked(_ descriptor: Int32, _ path: String) throws(PeerIDError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    let failure = errno
    if failure == EWOULDBLOCK || failure == EINTR { return false }
    release(descriptor)
    throw .systemCall("cannot lock '\(path)'", failure)
  }

  /// Releases the lock.
  static func release(_ descriptor: Int32) {
    HeldDescriptors.close(descriptor)
  }
}

/// The descriptors that hold locks. A fork copies them: the child must close its copies at once, or the lock would
/// outlive the parent that holds it.
enum HeldDescriptors {
  private final class Table: @unchecked Sendable {
    let lock = Lock()
    var descriptors: Set<Int32> = []
  }

  private static let table = Table()

  /// Makes the table now, so that no fork can happen while another thread is making it.
  static func prepare() {
    _ = table
  }

  /// Opens and remembers in one step, so that no fork comes between.
  static func open(_ path: String) -> (descriptor: Int32, failure: Int32) {
    table.lock.withLock {
      let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if descriptor < 0 { return (descriptor, errno) }
      table.descriptors.insert(descriptor)
      return (descriptor, 0)
    }
  }

  /// Closes a descriptor, unless it was the parent's and is closed already.
  static func close(_ descriptor: Int32) {
    table.lock.withLock {
      if table.descriptors.remove(descriptor) != nil { _ = Glibc.close(descriptor) }
    }
  }

  /// Called in the child of a fork, whose only thread holds all locks of the library.
  static func closeInChild() {
    for descriptor in table.descriptors { _ = Glibc.close(descriptor) }
    table.descriptors = []
  }
}

extension PeerIDError {
  /// A store's failure with the system's reason.
  static func systemCall(_ what: String, _ code: Int32 = errno) -> PeerIDError {
    PeerIDError(.store, "\(what): \(String(cString: strerror(code)))")
  }
}
