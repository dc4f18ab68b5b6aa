import Glibc

/// The three formats in which the server writes times.
enum TimeText {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`, the format of a `Date` header (RFC 9110).
  static func http(seconds: Int64) -> String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let time = calendar(seconds)
    let day = days[Int(time.tm_wday) % 7]
    let month = months[Int(time.tm_mon) % 12]
    return "\(day), \(two(time.tm_mday)) \(month) \(year(time)) \(clock(time)) GMT"
  }

  /// `2031-01-31T23:59:58.123Z`, the format in tokens.
  static func iso(milliseconds: Int64) -> String {
    let seconds = milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
    return "\(chain(seconds: seconds)).\(padded(milliseconds - seconds * 1_000, to: 3))Z"
  }

  /// `2031-01-31T23:59:58`, the format of the chain.
  static func chain(seconds: Int64) -> String {
    let time = calendar(seconds)
    return "\(year(time))-\(two(time.tm_mon + 1))-\(two(time.tm_mday))T\(clock(time))"
  }

  /// Parses the format of `chain(seconds:)`; a `Z` at the end is allowed.
  static func seconds(chain text: String) -> Int64? {
    let parts = text.split(whereSeparator: { "-T:Z".contains($0) }).map { Int32($0) }
    guard parts.count == 6, let year = parts[0], let month = parts[1], let day = parts[2], let hour = parts[3],
      let minute = parts[4], let second = parts[5]
    else { return nil }
    var time = tm()
    (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1_900, month - 1, day)
    (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
    return Int64(timegm(&time))
  }

  private static func calendar(_ seconds: Int64) -> tm {
    var seconds = time_t(seconds)
    var result = tm()
    gmtime_r(&seconds, &result)
    return result
  }

  private static func clock(_ time: tm) -> String {
    "\(two(time.tm_hour)):\(two(time.tm_min)):\(two(time.tm_sec))"
  }

  private static func year(_ time: tm) -> String { padded(Int64(time.tm_year) + 1_900, to: 4) }

  private static func two(_ number: Int32) -> String { padded(Int64(number), to: 2) }

  private static func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
  }
}
