internal import CFiber

// Replaces Sources/PeerID/Concurrency/Lock.swift: the threads are fibers of one thread, and one runs at a time.

/// The scheduler may switch to another thread here. The holder of a lock does not switch, so no thread waits for a
/// lock.
struct Lock: @unchecked Sendable {
  /// May be taken under another one.
  static var innermost: Lock { Lock(isInnermost: true) }

  private let isInnermost: Bool

  init() { isInnermost = false }

  private init(isInnermost: Bool) { self.isInnermost = isInnermost }

  func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let fiber = isInnermost ? world.current : world.lockPoint()
    fiber?.heldLocks += 1
    // As with a real lock, the compiler moves no release past this call.
    fiber_barrier()
    defer {
      fiber?.heldLocks -= 1
      fiber_barrier()
    }
    return try body()
  }
}

/// Threads that wait for a broadcast.
final class Condition: @unchecked Sendable {
  init(lock: Lock) {}

  func wait(untilMonotonic deadline: Int64) {
    world.waitReleasingLock(for: ObjectIdentifier(self), untilMonotonic: deadline)
  }

  func broadcast() {
    world.wake(ObjectIdentifier(self))
  }
}
