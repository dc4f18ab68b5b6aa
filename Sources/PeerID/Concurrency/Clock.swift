internal import CLinux
import Synchronization

/// The clock that all decisions use. Tests inject their own.
package struct Clock: Sendable {
  /// Milliseconds of a monotonic clock.
  let monotonicMilliseconds: @Sendable () -> Int64
  /// Makes this thread sleep. The argument is the longest time, in microseconds of this clock.
  var sleep: @Sendable (Int64) -> Void = { Clock.pause(microseconds: $0) }

  init(monotonicMilliseconds: @escaping @Sendable () -> Int64) {
    self.monotonicMilliseconds = monotonicMilliseconds
  }

  /// The time after a wait, without overflow: callers may pass any number of milliseconds.
  func deadline(afterMilliseconds wait: Int64) -> Int64 {
    let (deadline, overflows) = monotonicMilliseconds().addingReportingOverflow(max(wait, 0))
    return overflows ? .max : deadline
  }

  /// The system's clock.
  static let system = Clock { Clock.monotonicMicroseconds() / 1000 }

  /// Milliseconds since 1970 by the local wall clock, which may be wrong by hours.
  static func wallMilliseconds() -> Int64 { wallMicroseconds() / 1000 }

  /// Microseconds since 1970 by the local wall clock.
  package static func wallMicroseconds() -> Int64 { read(CLOCK_REALTIME) }

  /// Microseconds of a monotonic clock.
  package static func monotonicMicroseconds() -> Int64 { read(CLOCK_MONOTONIC) }

  /// Makes this thread sleep.
  package static func pause(microseconds: Int64) {
    var time = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
    nanosleep(&time, nil)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}

/// The server's clock, estimated from the `Date` of its answers.
///
/// Whether a token has expired depends on the server's time. The local wall clock may be wrong by hours; it is used
/// only for external tokens before the server has answered once.
final class ServerClock: Sendable {
  private static let unknown = Int64.min
  /// The age of a sample after which the next answer's date is read, in milliseconds.
  private static let resamplingInterval: Int64 = 1000
  /// By how much this clock may be fast, in milliseconds, since the dates are truncated to seconds.
  private static let largestError: Int64 = 2000

  /// How long a server takes to answer at most, in milliseconds. If an answer took longer, the process was stopped.
  private static let longestAnswer: Int64 = 50_000

  private let clock: Clock
  private let offset = Atomic<Int64>(unknown)
  private let sampledAt = Atomic<Int64>(0)

  init(clock: Clock) {
    self.clock = clock
  }

  /// Milliseconds since 1970 by the server's clock; `nil` before its first answer.
  var nowMilliseconds: Int64? {
    let offset = offset.load(ordering: .relaxed)
    return offset == Self.unknown ? nil : clock.monotonicMilliseconds() + offset
  }

  /// Whether the next answer's date should be read.
  var wantsSample: Bool {
    offset.load(ordering: .relaxed) == Self.unknown
      || clock.monotonicMilliseconds() - sampledAt.load(ordering: .relaxed) >= Self.resamplingInterval
  }

  /// Uses the `Date` of an answer, in milliseconds since 1970, that arrived `took` milliseconds after its request was
  /// sent.
  ///
  /// The date is old if the answer took long, or was read late because the process was stopped. An old date is used
  /// only if there is no better one, or if this clock's time cannot be right: it is before the date, or later than the
  /// date by more than the answer took.
  func learn(dateMilliseconds: Int64, took: Int64) {
    let now = clock.monotonicMilliseconds()
    let isPrecise = took <= Self.resamplingInterval
    if !isPrecise, let present = nowMilliseconds {
      let age = present - dateMilliseconds
      if age >= 0, age <= took + Self.largestError { return }
    }
    // The header is truncated to seconds, so the server's time is half a second later on average.
    let stopped = max(took - Self.longestAnswer, 0)
    offset.store(dateMilliseconds + 500 + stopped - now, ordering: .relaxed)
    sampledAt.store(isPrecise ? now : now - Self.resamplingInterval, ordering: .relaxed)
  }
}
