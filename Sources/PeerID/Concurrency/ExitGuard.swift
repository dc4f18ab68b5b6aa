internal import CLinux
import Synchronization

/// What the library's own threads do when the process exits.
///
/// `exit` runs handlers while threads still run. OpenSSL's handler frees what a TLS connection needs, so a thread in
/// the middle of one would crash the program at exit. And a refresh whose answer is on its way would lose its new pair.
/// So this handler, which runs before OpenSSL's because it is set later, waits for the threads that are at work: first
/// until they end by themselves, then until they have given up; after that it lets no thread go on.
package enum ExitGuard {
  /// How long work may go on, in milliseconds.
  private static let grace: Int64 = 2000
  /// How long threads get to give up after that, in milliseconds.
  private static let shutdownTimeout: Int64 = 1500

  /// Threads at work; far below zero when the process has stopped waiting for them.
  private static let busy = Atomic<Int>(0)
  private static let tooLate = Int.min / 2
  private static let exiting = Atomic<Bool>(false)
  private static let givingUp = Atomic<Bool>(false)

  /// Whether the process is exiting: no thread begins anything new.
  static var isExiting: Bool { exiting.load(ordering: .relaxed) }
  /// Whether calls of the library's own threads have to end.
  static var isGivingUp: Bool { givingUp.load(ordering: .relaxed) }

  /// Sets the handler. Called once, after libcurl has been initialised.
  static func arm() {
    atexit { ExitGuard.leave() }
  }

  /// Runs `body`, which the exit of the process waits for. Does not return when it is too late for that.
  static func whileBusy<Result>(_ body: () -> Result) -> Result {
    if busy.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue <= 0 {
      while true { pause() }
    }
    defer { busy.wrappingSubtract(1, ordering: .acquiringAndReleasing) }
    return body()
  }

  /// Called in the child of a fork, where none of the threads exist, and which goes on also when its parent is exiting.
  static func enterChild() {
    busy.store(0, ordering: .relaxed)
    exiting.store(false, ordering: .relaxed)
    givingUp.store(false, ordering: .relaxed)
  }

  /// Waits for the library's threads, and stops them. The second time there is nothing left to do.
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
