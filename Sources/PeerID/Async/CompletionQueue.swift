internal import CLinux
import Glibc

/// Where asynchronous calls put their completions, in no particular order, each exactly once.
///
/// A queue has a file descriptor that an event loop can watch: it is readable while the queue holds completions. A
/// queue may be used by any number of threads and clients at once.
public final class CompletionQueue: @unchecked Sendable {
  private let lock = Lock()
  private let descriptor: Int32
  /// Those that have been taken have left `nil`, so that the queue keeps nothing of them alive.
  private var completions: [Completion?] = []
  /// Where the oldest completion stands; those before it have been taken.
  private var head = 0
  private var forkGeneration = ForkGuard.generation

  /// Makes an empty queue.
  ///
  /// - Throws: `internal` when the system has no descriptor left.
  public init() throws(PeerIDError) {
    descriptor = clinux_eventfd()
    guard descriptor >= 0 else {
      throw PeerIDError(.internal, "no descriptor for the queue: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    close(descriptor)
  }

  /// The descriptor to watch for reading, with `poll`, `epoll` or an event loop. It must not be read or closed. In the
  /// child of a fork it keeps its number, but an `epoll` set that was inherited has to be made anew.
  public var fileDescriptor: Int32 { descriptor }

  /// Takes completions, after waiting for the first if there is none.
  ///
  /// - Parameters:
  ///   - maximum: how many to take at the most.
  ///   - timeoutMilliseconds: how long to wait for the first; 0: not at all; negative: for ever.
  /// - Returns: the completions; empty when the time was over.
  public func next(maximum: Int = 64, timeoutMilliseconds: Int64 = -1) -> [Completion] {
    var taken: [Completion] = []
    take(maximum: maximum, timeoutMilliseconds: timeoutMilliseconds) { taken.append($0) }
    return taken
  }

  package func take(maximum: Int, timeoutMilliseconds: Int64, _ body: (Completion) -> Void) {
    let clock = Clock.system
    let start = clock.monotonicMilliseconds()
    while true {
      let taken = pop(maximum)
      if !taken.isEmpty {
        for completion in taken { body(completion) }
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

  /// Adds completions with one wake-up.
  func push(contentsOf more: [Completion]) {
    lock.withLock {
      renewAfterFork()
      let wasEmpty = completions.count == head
      completions.append(contentsOf: more)
      if wasEmpty { clinux_eventfd_raise(descriptor) }
    }
  }

  /// Adds a completion. Called by the library.
  func push(_ completion: Completion) {
    push(contentsOf: [completion])
  }

  private func pop(_ maximum: Int) -> [Completion] {
    lock.withLock {
      renewAfterFork()
      let end = head + min(max(maximum, 0), completions.count - head)
      let taken = completions[head..<end].compactMap { $0 }
      for place in head..<end { completions[place] = nil }
      head = end
      if head == completions.count {
        if !taken.isEmpty { clinux_eventfd_clear(descriptor) }
        completions = []
        head = 0
      } else if head > 1024, head * 2 > completions.count {
        completions.removeFirst(head)
        head = 0
      }
      return taken
    }
  }

  /// In the child of a fork the descriptor still counts for the parent: a new one takes its place and its number, and
  /// the parent's completions are the parent's.
  private func renewAfterFork() {
    guard forkGeneration != ForkGuard.generation else { return }
    forkGeneration = ForkGuard.generation
    ForkGuard.leaveBehind(completions)
    completions = []
    head = 0
    let fresh = clinux_eventfd()
    guard fresh >= 0 else { return }
    dup2(fresh, descriptor)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    close(fresh)
  }
}
