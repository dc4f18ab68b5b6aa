internal import CLinux
import Glibc

/// Where asynchronous calls put their completions, in no particular order, each exactly once.
///
/// A queue has a file descriptor that an event loop can watch: it is readable while the queue holds completions. A
/// queue may be used by any number of threads and clients at once.
public final class CompletionQueue: @unchecked Sendable {
  private struct Waiting {
    /// Those that have been taken have left `nil`, so that the queue keeps nothing of them alive.
    var calls: [FinishedCall?] = []
    /// The index of the oldest; those before it have been taken.
    var head = 0
    var isEmpty: Bool { calls.count == head }
  }

  private let lock = Lock()
  private let descriptor: Int32
  private var waiting: ForkLocal<Waiting>

  /// Makes an empty queue.
  ///
  /// - Throws: `internal` when the system has no descriptor left.
  public init() throws(PeerIDError) {
    let descriptor = clinux_eventfd()
    guard descriptor >= 0 else {
      throw PeerIDError(.internal, "no descriptor for the queue: \(String(cString: strerror(errno)))")
    }
    self.descriptor = descriptor
    waiting = ForkLocal(Waiting()) {
      // The parent's completions are its own, and the descriptor still counts for the parent: a new one takes its place
      // and its number.
      $0 = Waiting()
      let fresh = clinux_eventfd()
      guard fresh >= 0 else { return }
      dup2(fresh, descriptor)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      close(fresh)
    }
  }

  deinit {
    close(descriptor)
  }

  /// The descriptor to watch for reading, with `poll`, `epoll` or an event loop. It must not be read or closed. In the
  /// child of a fork it keeps its number, but an `epoll` set that was inherited has to be made anew.
  public var fileDescriptor: Int32 { descriptor }

  /// Hands finished calls to `body`, after waiting for the first if there is none.
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
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&watched, 1, Int32(clamping: remaining))
    }
  }

  /// Adds finished calls with one wake-up.
  func push(_ finished: [FinishedCall]) {
    lock.withLock {
      let wasEmpty = waiting.current.isEmpty
      waiting.current.calls.append(contentsOf: finished)
      if wasEmpty { clinux_eventfd_raise(descriptor) }
    }
  }

  private func pop(_ maximum: Int) -> [FinishedCall] {
    lock.withLock {
      let head = waiting.current.head
      let end = head + min(max(maximum, 0), waiting.current.calls.count - head)
      let taken = waiting.current.calls[head..<end].compactMap { $0 }
      for index in head..<end { waiting.current.calls[index] = nil }
      waiting.current.head = end
      if waiting.current.isEmpty {
        if !taken.isEmpty { clinux_eventfd_clear(descriptor) }
        waiting.current = Waiting()
      } else if end > 1024, end * 2 > waiting.current.calls.count {
        waiting.current.calls.removeFirst(end)
        waiting.current.head = 0
      }
      return taken
    }
  }
}
