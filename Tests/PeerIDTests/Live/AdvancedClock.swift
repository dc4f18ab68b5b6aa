import Synchronization

@testable import PeerID

/// A clock that a test advances instead of waiting.
final class AdvancedClock: Sendable {
  private let ahead: Atomic<Int64>
  /// The time at which the clock stands still; `nil` for the time of the system's clock.
  private let stopped: Int64?

  /// The system's clock plus what the test adds.
  init() {
    stopped = nil
    ahead = Atomic(0)
  }

  private init(stopped: Int64) {
    self.stopped = stopped
    ahead = Atomic(0)
  }

  /// A clock that shows only the pauses of calls, which take no time, and what the test adds. Tests whose result
  /// depends on the age of a token pair use it, so that it does not matter how fast the machine is.
  ///
  /// It is a day ahead of the system's clock, by which threads wait for each other.
  static func stopped() -> AdvancedClock {
    AdvancedClock(stopped: Clock.system.monotonicMilliseconds() + 86_400_000)
  }

  func advance(milliseconds: Int64) {
    ahead.wrappingAdd(milliseconds, ordering: .sequentiallyConsistent)
  }

  var now: Int64 {
    (stopped ?? Clock.system.monotonicMilliseconds()) + ahead.load(ordering: .sequentiallyConsistent)
  }

  var clock: Clock {
    var clock = Clock { self.now }
    if stopped != nil { clock.sleep = { self.advance(milliseconds: max($0 / 1000, 1)) } }
    return clock
  }
}
