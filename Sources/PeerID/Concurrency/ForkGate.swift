internal import CLinux
import Synchronization

/// Lets a fork wait while threads of the library are inside libcurl.
///
/// OpenSSL has locks for the whole process and no fork handlers. A child that inherits one of them locked, because a
/// thread of the parent held it, hangs in its first TLS handshake.
enum ForkGate {
  /// How long a fork waits at most, in milliseconds: it may have been called by a signal handler whose thread is
  /// inside.
  private static let longestWait: Int64 = 1000

  private static let threadsInside = Atomic<Int>(0)
  private static let isClosed = Atomic<Bool>(false)

  /// Runs `body` between forks. Must not be nested, must not wait for anything, and must not be called
  /// under a lock.
  static func inside<Result>(_ body: () -> Result) -> Result {
    #if DEBUG
      precondition(HeldLocks.ofThread == .none, "libcurl is entered under a lock, for which a fork would wait")
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

  /// Called in the child, where none of the threads inside exist.
  static func enterChild() {
    threadsInside.store(0, ordering: .sequentiallyConsistent)
  }
}
