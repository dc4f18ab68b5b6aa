import Synchronization

@testable import PeerID

/// The system's clock, which a test sets ahead instead of waiting.
final class AdvancedClock: Sendable {
  private let ahead = Atomic<Int64>(0)

  func advance(milliseconds: Int64) {
    ahead.wrappingAdd(milliseconds, ordering: .sequentiallyConsistent)
  }

  var clock: Clock {
    Clock { Clock.system.monotonicMilliseconds() + self.ahead.load(ordering: .sequentiallyConsistent) }
  }
}
