internal import PeerID
import Glibc

/// A thread that makes calls at given times, so that a delayed request does not block others.
final class DelayTimer: @unchecked Sendable {
  private struct Entry {
    let due: Int64
    let wake: @Sendable () -> Void
  }

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var entries: [Entry] = []
  private var isStopping = false
  private var thread = pthread_t()

  init() throws(SandboxError) {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)

    let owner = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread,
      nil,
      { owner in
        if let owner { Unmanaged<DelayTimer>.fromOpaque(owner).takeRetainedValue().run() }
        return nil
      },
      owner.toOpaque()
    )
    guard failure == 0 else {
      owner.release()
      throw .system(doing: "start a thread", errno: failure)
    }
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Calls `wake` on the timer's thread after this time, or at once if the timer has stopped.
  func schedule(afterMilliseconds delay: Int, wake: @escaping @Sendable () -> Void) {
    let longest = 24 * 3_600_000
    let due = PeerID.Clock.monotonicMicroseconds() + Int64(min(max(delay, 0), longest)) * 1_000
    pthread_mutex_lock(mutex)
    let isLate = isStopping
    if !isLate {
      let place = entries.firstIndex { $0.due > due } ?? entries.endIndex
      entries.insert(Entry(due: due, wake: wake), at: place)
      pthread_cond_signal(changed)
    }
    pthread_mutex_unlock(mutex)
    if isLate { wake() }
  }

  /// Makes all pending calls at once and ends the thread. Later calls do nothing.
  func stop() {
    pthread_mutex_lock(mutex)
    let isFirst = !isStopping
    isStopping = true
    pthread_cond_signal(changed)
    pthread_mutex_unlock(mutex)
    if isFirst { pthread_join(thread, nil) }
  }

  private func run() {
    pthread_mutex_lock(mutex)
    while true {
      let now = PeerID.Clock.monotonicMicroseconds()
      let ready = isStopping ? entries : Array(entries.prefix { $0.due <= now })
      if !ready.isEmpty {
        entries.removeFirst(ready.count)
        pthread_mutex_unlock(mutex)
        for entry in ready { entry.wake() }
        pthread_mutex_lock(mutex)
      } else if isStopping {
        break
      } else if let next = entries.first {
        var time = timespec(tv_sec: Int(next.due / 1_000_000), tv_nsec: Int(next.due % 1_000_000) * 1_000)
        pthread_cond_timedwait(changed, mutex, &time)
      } else {
        pthread_cond_wait(changed, mutex)
      }
    }
    pthread_mutex_unlock(mutex)
  }
}
