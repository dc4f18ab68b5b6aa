internal import PeerID
import Glibc

/// A value guarded by a lock. Threads can wait until the value changes.
final class Guarded<Value>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  init(_ value: Value) {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    self.value = value
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Calls `body` with the value under the lock; `body` must not use this object again.
  func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Wakes the waiting threads, which check the value again.
  func announceChange() {
    pthread_cond_broadcast(changed)
  }

  /// Waits at most `milliseconds` until `isReached` returns true; returns whether it did.
  func wait(upToMilliseconds milliseconds: Int, until isReached: (Value) -> Bool) -> Bool {
    let due = PeerID.Clock.monotonicMicroseconds() + Int64(milliseconds) * 1_000
    var time = timespec(tv_sec: Int(due / 1_000_000), tv_nsec: Int(due % 1_000_000) * 1_000)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReached(value) {
      if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT { return isReached(value) }
    }
    return true
  }
}
