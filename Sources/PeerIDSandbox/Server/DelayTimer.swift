internal import PeerID
import Glibc

/// A thread that calls functions at given times, so that a delayed request does not block others.
final class DelayTimer: @unchecked Sendable {
  private struct Entry {
    let due: Int64
    let wake: @Sendable () -> Void
  }

  private struct State {
    /// Sorted by time, the earliest first.
    var entries: [Entry] = []
    var isStopping = false
  }

  private let state = Guarded(State())
  private var thread = pthread_t()

  init() throws(SandboxError) {
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

  /// Calls `wake` on the timer's thread after this time, or at once if the timer has stopped.
  func schedule(afterMilliseconds delay: Int, wake: @escaping @Sendable () -> Void) {
    let longest = 24 * 3_600_000
    let due = PeerID.Clock.monotonicMicroseconds() + Int64(min(max(delay, 0), longest)) * 1_000
    let isLate = state.withLock { state in
      if state.isStopping { return true }
      let place = state.entries.firstIndex { $0.due > due } ?? state.entries.endIndex
      state.entries.insert(Entry(due: due, wake: wake), at: place)
      return false
    }
    state.announceChange()
    if isLate { wake() }
  }

  /// Calls all pending functions at once and ends the thread. Later calls do nothing.
  func stop() {
    let isFirst = state.withLock { state in
      defer { state.isStopping = true }
      return !state.isStopping
    }
    state.announceChange()
    if isFirst { pthread_join(thread, nil) }
  }

  private func run() {
    while true {
      let now = PeerID.Clock.monotonicMicroseconds()
      let (ready, next, isStopping) = state.withLock { state in
        let ready = state.isStopping ? state.entries : Array(state.entries.prefix { $0.due <= now })
        state.entries.removeFirst(ready.count)
        return (ready, state.entries.first?.due, state.isStopping)
      }
      for entry in ready { entry.wake() }
      if ready.isEmpty {
        if isStopping { return }
        let rest = next.map { ($0 - now + 999) / 1_000 } ?? 3_600_000
        _ = state.wait(upToMilliseconds: Int(rest)) { $0.isStopping || $0.entries.first?.due != next }
      }
    }
  }
}
