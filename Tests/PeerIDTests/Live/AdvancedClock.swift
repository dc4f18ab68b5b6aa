import Synchronization

@testable import PeerID

/// The system clock plus an offset: a test advances it instead of waiting.
final class AdvancedClock: Sendable {
  private let ahead = Atomic<Int64>(0)

  func advance(milliseconds: Int64) {
    ahead.wrappingAdd(milliseconds, ordering: .sequentiallyConsistent)
  }

  var clock: Clock {
    Clock { Clock.system.monotonicMilliseconds() + self.ahead.load(ordering: .sequentiallyConsistent) }
  }
}
