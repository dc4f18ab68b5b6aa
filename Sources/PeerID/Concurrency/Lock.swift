internal import CLinux
import Synchronization

/// A mutual exclusion lock that survives `fork`.
///
/// A `Lock` is one of a fixed set of mutexes, which are assigned to the library's objects in turn. The fork handlers
/// take all of them before the process forks, so that the child never inherits a held lock or half-changed state.
/// Shared mutexes also keep sessions small: a lock costs one pointer.
///
/// Two objects may share a mutex. So code that holds a lock must not take another lock, except `innermost`, and must
/// not release an object that has a lock. Debug builds stop when this rule is broken.
struct Lock: @unchecked Sendable {
  fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>

  /// The next lock in turn.
  init() {
    self = LockTable.shared.nextLock()
  }

  /// The only lock that may be taken while another lock is held. While `innermost` is held, no lock may be taken.
  static var innermost: Lock { LockTable.shared.innermost }

  fileprivate init(mutex: UnsafeMutablePointer<pthread_mutex_t>) {
    self.mutex = mutex
  }

  /// Runs `body` while this thread alone holds the lock.
  func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    #if DEBUG
      let before = HeldLocks.enter(isInnermost: mutex == Self.innermost.mutex)
      defer { HeldLocks.ofThread = before }
    #endif
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}

/// A condition variable: threads wait until another thread has changed something under a lock.
///
/// A condition is used with one lock only. The waiting threads do not exist in the child of a fork, so the owner of the
/// condition creates a new one there (see `ForkLocal`).
final class Condition: @unchecked Sendable {
  private let lock: Lock
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init(lock: Lock) {
    self.lock = lock
    condition = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // With this clock, setting the wall clock does not move deadlines.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
  }

  /// Waits for `broadcast` or until `deadline`, in milliseconds of the monotonic clock. The lock must be held; it is
  /// released during the wait. May return early, so the caller must check its condition again.
  func wait(untilMonotonic deadline: Int64) {
    let capped = min(max(deadline, 0), Int64.max / 4)
    var time = timespec(tv_sec: Int(capped / 1000), tv_nsec: Int(capped % 1000) * 1_000_000)
    pthread_cond_timedwait(condition, lock.mutex, &time)
  }

  /// Wakes all threads that wait.
  func broadcast() {
    pthread_cond_broadcast(condition)
  }
}

#if DEBUG
  /// The locks that a thread holds.
  enum HeldLocks: Int {
    case none
    case one
    case withInnermost

    static var ofThread: HeldLocks {
      get { HeldLocks(rawValue: Int(bitPattern: pthread_getspecific(key))) ?? .none }
      set { pthread_setspecific(key, UnsafeRawPointer(bitPattern: newValue.rawValue)) }
    }

    private static let key: pthread_key_t = {
      var key = pthread_key_t()
      precondition(pthread_key_create(&key, nil) == 0)
      return key
    }()

    /// Records that this thread takes a lock; returns the locks that it held before.
    fileprivate static func enter(isInnermost: Bool) -> HeldLocks {
      let before = ofThread
      precondition(before == .none || (before == .one && isInnermost), "a lock is taken under another lock")
      ofThread = isInnermost ? .withInnermost : .one
      return before
    }
  }
#endif

/// The mutexes of all locks, and the fork handlers that hold them while the process forks.
final class LockTable: @unchecked Sendable {
  static let shared = LockTable()
  private static let count = 64

  private let mutexes: UnsafeMutablePointer<pthread_mutex_t>
  /// Held by the forking thread, from before it waits for other threads until after the fork.
  private let forking = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let turn = Atomic<UInt>(0)

  private init() {
    mutexes = .allocate(capacity: Self.count)
    for index in 0..<Self.count { pthread_mutex_init(mutexes + index, nil) }
    pthread_mutex_init(forking, nil)
    pthread_atfork(
      { LockTable.shared.prepareFork() },
      { LockTable.shared.endFork() },
      {
        ForkGuard.enterChild()
        LockTable.shared.endFork()
      }
    )
  }

  /// The last mutex. The fork handlers take it last, in the same order as other threads.
  var innermost: Lock { Lock(mutex: mutexes + Self.count - 1) }

  fileprivate func nextLock() -> Lock {
    let ticket = turn.wrappingAdd(1, ordering: .relaxed).newValue
    return Lock(mutex: mutexes + Int(ticket % UInt(Self.count - 1)))
  }

  /// Blocks while another thread forks.
  func waitForFork() {
    pthread_mutex_lock(forking)
    pthread_mutex_unlock(forking)
  }

  private func prepareFork() {
    #if DEBUG
      precondition(HeldLocks.ofThread == .none, "fork was called under a lock, and would wait for itself")
    #endif
    pthread_mutex_lock(forking)
    ForkGate.close()
    for index in 0..<Self.count { pthread_mutex_lock(mutexes + index) }
  }

  private func endFork() {
    for index in (0..<Self.count).reversed() { pthread_mutex_unlock(mutexes + index) }
    ForkGate.open()
    pthread_mutex_unlock(forking)
  }
}
