import Glibc

/// An exclusive lock among processes and threads, kept by the kernel on a file beside the one it guards.
///
/// The kernel gives it back when its holder dies, however that happens, so no lock is ever stale. The file is never
/// removed: a lock on a removed file would guard nothing.
enum FileLock {
  /// Pauses between two tries, in milliseconds; the last one repeats.
  private static let pauses: [Int64] = [1, 1, 2, 2, 5, 5, 10, 20]

  /// Locks the file at `path`, making it if need be, and waits for it at most `timeoutMilliseconds`.
  /// Returns the descriptor that holds the lock.
  static func acquire(_ path: String, timeoutMilliseconds: Int64) throws(PeerIDError) -> Int32 {
    let clock = Clock.system
    let deadline = clock.monotonicMilliseconds() + timeoutMilliseconds
    let descriptor = try open(path)
    var tries = 0
    while try !isLocked(descriptor, path) {
      guard clock.monotonicMilliseconds() < deadline else {
        release(descriptor)
        throw PeerIDError(
          .store,
          "another process holds the session and did not give it back in time; the lock file is '\(path)'"
        )
      }
      var pause = timespec(tv_sec: 0, tv_nsec: Int(pauses[min(tries, pauses.count - 1)]) * 1_000_000)
      tries += 1
      nanosleep(&pause, nil)
    }
    return descriptor
  }

  /// Locks the file at `path`, making it if need be, unless somebody else has. Returns the descriptor that holds the
  /// lock.
  static func acquireAtOnce(_ path: String) throws(PeerIDError) -> Int32? {
    let descriptor = try open(path)
    if try isLocked(descriptor, path) { return descriptor }
    release(descriptor)
    return nil
  }

  private static func open(_ path: String) throws(PeerIDError) -> Int32 {
    let (descriptor, failure) = HeldDescriptors.open(path)
    guard descriptor >= 0 else { throw .systemCall("the lock file '\(path)' cannot be opened", failure) }
    return descriptor
  }

  /// Tries to lock, and tells whether the lock is held now. A descriptor that cannot be locked at all is closed.
  private static func isLocked(_ descriptor: Int32, _ path: String) throws(PeerIDError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    let failure = errno
    if failure == EWOULDBLOCK || failure == EINTR { return false }
    release(descriptor)
    throw .systemCall("the lock file '\(path)' cannot be locked", failure)
  }

  /// Gives the lock back.
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
      let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
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
