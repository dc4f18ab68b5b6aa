import Glibc

/// The machine's clocks, in microseconds.
enum Clock {
  /// Since 1970, UTC.
  static func realtimeMicroseconds() -> Int64 { read(CLOCK_REALTIME) }

  /// Since an unknown start; never goes back.
  static func monotonicMicroseconds() -> Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
