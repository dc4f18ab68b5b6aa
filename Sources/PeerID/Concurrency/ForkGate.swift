internal import CLinux
import Synchronization

/// Makes a fork wait while threads of the library are inside libcurl.
///
/// OpenSSL and libcurl have process-wide locks and no fork handlers. If a thread of the parent holds such a lock during
/// the fork, the child hangs when it creates a handle or opens a TLS connection.
enum ForkGate {
  /// The longest time that a fork waits, in milliseconds. The wait is limited because a signal handler may have called
  /// `fork` on a thread that is itself inside libcurl.
  private static let longestWait: Int64 = 1000

  private static let threadsInside = Atomic<Int>(0)
  private static let isClosed = Atomic<Bool>(false)

  /// Runs `body` while no fork can happen. `body` must not wait for anything. Must not be nested, or called under a
  /// lock.
  static func inside<Result>(_ body: () -> Result) -> Result {
    #if DEBUG
      precondition(HeldLocks.ofThread == .none, "libcurl is entered under a lock that a fork would wait for")
    #endif
    let generation = enter()
    defer {
      if generation == ForkGuard.generation { threadsInside.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    }
    return body()
  }

  private static func enter() -> Int {
    while true {
      let generation = ForkGuard.generation
      threadsInside.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if !isClosed.load(ordering: .sequentiallyConsistent) { return generation }
      threadsInside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      LockTable.shared.waitForFork()
    }
  }

  /// Called before a fork, by one thread at a time. Returns when no thread is inside.
  static func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    let end = Clock.system.deadline(afterMilliseconds: longestWait)
    while threadsInside.load(ordering: .sequentiallyConsistent) > 0, Clock.system.monotonicMilliseconds() < end {
      Clock.pause(microseconds: 20)
    }
  }

  /// Called after a fork, in both processes.
  static func open() {
    isClosed.store(false, ordering: .sequentiallyConsistent)
  }

  /// Called in the child, in which no thread is inside libcurl.
  static func enterChild() {
    threadsInside.store(0, ordering: .sequentiallyConsistent)
  }
}
