internal import CLinux
import Synchronization

/// Waits for the library's threads when the process exits.
///
/// `exit` runs its handlers while other threads still run. OpenSSL's handler frees memory that TLS connections need, so
/// a thread with a TLS connection would crash the program at exit. And a refresh in flight would lose its new tokens.
/// So this handler waits for the working threads: first until they finish, then until they have aborted their work.
/// Afterwards, every thread that calls the library is stopped. The handler runs before OpenSSL's, because it is
/// registered later.
package enum ExitGuard {
  /// How long threads may take to finish their work, in milliseconds.
  private static let grace: Int64 = 2000
  /// How long threads may take after `grace` to abort their work, in milliseconds.
  private static let shutdownTimeout: Int64 = 1500

  /// The number of working threads; far below 0 once the handler no longer waits for them.
  private static let busy = Atomic<Int>(0)
  private static let tooLate = Int.min / 2
  private static let exiting = Atomic<Bool>(false)
  private static let givingUp = Atomic<Bool>(false)

  /// Whether the process is exiting, so that no thread begins new work.
  static var isExiting: Bool { exiting.load(ordering: .relaxed) }
  /// Whether calls of the library's own threads have to end.
  static var isGivingUp: Bool { givingUp.load(ordering: .relaxed) }

  /// Registers the handler. Called once, after libcurl has been initialised.
  static func arm() {
    atexit { ExitGuard.leave() }
  }

  /// Runs `body`; the exit of the process waits for it. Blocks forever if the handler has already stopped waiting.
  static func whileBusy<Result>(_ body: () -> Result) -> Result {
    if busy.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue <= 0 {
      while true { pause() }
    }
    defer { busy.wrappingSubtract(1, ordering: .acquiringAndReleasing) }
    return body()
  }

  /// Called in the child of a fork. The child has none of the threads, and continues even if its parent is exiting.
  static func enterChild() {
    busy.store(0, ordering: .relaxed)
    exiting.store(false, ordering: .relaxed)
    givingUp.store(false, ordering: .relaxed)
  }

  /// Waits for the library's threads and stops them. Calling it again does nothing.
  package static func leave() {
    if exiting.exchange(true, ordering: .acquiringAndReleasing) { return }
    if wait(grace) { return }
    givingUp.store(true, ordering: .releasing)
    if wait(shutdownTimeout) { return }
    busy.wrappingAdd(tooLate, ordering: .acquiringAndReleasing)
  }

  private static func wait(_ milliseconds: Int64) -> Bool {
    let clock = Clock.system
    let end = clock.deadline(afterMilliseconds: milliseconds)
    while !busy.compareExchange(expected: 0, desired: tooLate, ordering: .acquiringAndReleasing).exchanged {
      if clock.monotonicMilliseconds() >= end { return false }
      Clock.pause(microseconds: 2000)
    }
    return true
  }
}
