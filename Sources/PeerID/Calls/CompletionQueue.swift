internal import CLinux

/// The queue to which asynchronous calls add their completions: each exactly once, in no particular order.
///
/// A queue has a file descriptor that an event loop can watch: it is readable while the queue holds completions. A
/// queue may be used by any number of threads and clients at once.
public final class CompletionQueue: @unchecked Sendable {
  private struct Waiting {
    /// `take` replaces a call by `nil`, so that the queue does not keep the call alive.
    var calls: [FinishedCall?] = []
    /// The index of the oldest completion that is still in the queue.
    var head = 0
    /// `nil` in the child of a fork, until it reads `fileDescriptor`.
    var descriptor: OwnedDescriptor?
    /// How many times threads have made the descriptor readable, or are about to, since it was last cleared.
    var raises: UInt = 0
    var isEmpty: Bool { calls.count == head }
  }

  private let lock = Lock()
  // The child of a fork begins with an empty queue.
  private var waiting = ForkLocal(Waiting()) { $0 = Waiting() }

  /// Creates an empty queue.
  ///
  /// - Throws: `internal` when the process has no free descriptor.
  public init() throws(PeerIDError) {
    guard let descriptor = OwnedDescriptor.open({ clinux_eventfd() }) else {
      throw PeerIDError(.internal, "no descriptor for the queue: \(String(cString: strerror(errno)))")
    }
    waiting.current.descriptor = descriptor
  }

  deinit {
    waiting.current.descriptor?.close()
  }

  /// The descriptor to watch for reading, with `poll`, `epoll` or an event loop. The caller must not read or close it.
  /// The child of a fork gets another descriptor by reading this property again; -1 when the process has no free
  /// descriptor.
  public var fileDescriptor: Int32 {
    if let present = lock.withLock({ waiting.current.descriptor }) { return present.number }
    guard let fresh = OwnedDescriptor.open({ clinux_eventfd() }) else { return -1 }
    let used = lock.withLock {
      let used = waiting.current.descriptor ?? fresh
      waiting.current.descriptor = used
      if !waiting.current.isEmpty {
        waiting.current.raises += 1
        clinux_eventfd_raise(used.number)
      }
      return used
    }
    // Another thread may have created the descriptor meanwhile.
    if used.id != fresh.id { fresh.close() }
    return used.number
  }

  /// Passes finished calls to `body`. If there are none, waits for the first one.
  func take(maximum: Int, timeoutMilliseconds: Int64, _ body: (FinishedCall) -> Void) {
    let clock = Clock.system
    let start = clock.monotonicMilliseconds()
    while true {
      let taken = pop(maximum)
      if !taken.isEmpty {
        for call in taken { body(call) }
        return
      }
      var remaining: Int64 = -1
      if timeoutMilliseconds >= 0 {
        remaining = timeoutMilliseconds - (clock.monotonicMilliseconds() - start)
        if remaining <= 0 { return }
      }
      // Without a descriptor this loop polls.
      let descriptor = fileDescriptor
      if descriptor < 0 { remaining = remaining < 0 ? 1 : min(remaining, 1) }
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&watched, 1, Int32(clamping: remaining))
    }
  }

  /// Adds finished calls, and wakes the waiting threads once.
  func push(_ finished: [FinishedCall]) {
    let descriptor: OwnedDescriptor? = lock.withLock {
      let wasEmpty = waiting.current.isEmpty
      for call in finished { waiting.current.calls.append(call) }
      guard wasEmpty, let descriptor = waiting.current.descriptor else { return nil }
      waiting.current.raises += 1
      return descriptor
    }
    // Wake the threads after releasing the lock, because they take the lock when they wake up.
    if let descriptor { withExtendedLifetime(self) { clinux_eventfd_raise(descriptor.number) } }
  }

  private func pop(_ maximum: Int) -> [FinishedCall] {
    lock.withLock {
      let head = waiting.current.head
      let end = head + min(max(maximum, 0), waiting.current.calls.count - head)
      let taken = waiting.current.calls[head..<end].compactMap { $0 }
      for index in head..<end { waiting.current.calls[index] = nil }
      waiting.current.head = end
      if waiting.current.isEmpty {
        // Another thread may still be about to raise the descriptor; the next thread that finds the queue empty clears
        // the descriptor.
        if waiting.current.raises > 0, let descriptor = waiting.current.descriptor {
          waiting.current.raises -= min(clinux_eventfd_clear(descriptor.number), waiting.current.raises)
        }
        waiting.current.calls = []
        waiting.current.head = 0
      } else if end > 1024, end * 2 > waiting.current.calls.count {
        waiting.current.calls.removeFirst(end)
        waiting.current.head = 0
      }
      return taken
    }
  }
}
