import Glibc
@testable import PeerID

/// Times in headers and tokens: valid ones are read exactly, and no other causes an endless wait.
enum DateTarget {
  private static let lastSecond: Int64 = 253_402_300_799

  static func run(_ input: UnsafeRawBufferPointer) {
    readAny(Bytes(input))
    var number: UInt64 = 0
    for byte in input.prefix(8) { number = number << 8 | UInt64(byte) }
    readOwn(second: Int64(number % UInt64(lastSecond)), milliseconds: Int64(number % 1000))
  }

  private static func readAny(_ text: Bytes) {
    defer { withExtendedLifetime(text) {} }
    for now in [0, 1_900_000_000_000, lastSecond * 1000] {
      let wait = RetryAfter.milliseconds(text.raw, nowMilliseconds: now)
      check(0...RetryAfter.longest ~= wait, "a wait of \(wait) ms")
    }
    if let date = HTTPDate.milliseconds(text.raw) { check(date >= 0 && date % 1000 == 0, "a date of \(date)") }
    if let date = Timestamp.fromISO8601(text.raw) {
      check(-62_200_000_000_000...lastSecond * 1000 + 2_700_000 ~= date, "a date of \(date)")
    }
  }

  private static func readOwn(second: Int64, milliseconds: Int64) {
    let http = written(second, "%a, %d %b %Y %H:%M:%S GMT")
    check(HTTPDate.milliseconds(http.raw) == second * 1000, "a date changes: \(http.text)")
    let wait = RetryAfter.milliseconds(http.raw, nowMilliseconds: (second - 7) * 1000)
    check(wait == 7000, "a wait changes: \(http.text)")
    defer { withExtendedLifetime(http) {} }
    let fraction = String(1000 + milliseconds).dropFirst()
    let iso = Bytes(written(second, "%Y-%m-%dT%H:%M:%S").text + ".\(fraction)Z")
    check(Timestamp.fromISO8601(iso.raw) == second * 1000 + milliseconds, "a time changes: \(iso.text)")
    let seconds = Bytes(String(second % 86_401))
    defer { withExtendedLifetime((iso, seconds)) {} }
    check(RetryAfter.milliseconds(seconds.raw, nowMilliseconds: 0) == second % 86_401 * 1000, "a wait changes")
  }

  private static func written(_ second: Int64, _ format: String) -> Bytes {
    var time = time_t(second)
    var parts = tm()
    gmtime_r(&time, &parts)
    return Bytes(capacity: 64) { target in
      target.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress ?? nil, $0.count, format, &parts) }
    }
  }
}
