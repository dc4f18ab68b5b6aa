internal import CCurl

/// Parses times in HTTP headers with libcurl.
enum HTTPDate {
  /// The end of the year 9999. (libcurl also accepts later years.)
  private static let lastSecond: Int64 = 253_402_300_799

  /// Milliseconds since 1970; `nil` if the text is not a date up to the year 9999. The text must be NUL-terminated.
  static func milliseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let start = text.baseAddress?.assumingMemoryBound(to: CChar.self) else { return nil }
    let seconds = curl_getdate(start, nil)
    return 0...lastSecond ~= Int64(seconds) ? Int64(seconds) * 1000 : nil
  }
}

/// The header `Retry-After` (RFC 9110 §10.2.3): a number of seconds, or a date.
enum RetryAfter {
  /// The longest wait, in milliseconds. If a server asks for more, the caller may retry after this time.
  static let longest: Int64 = 86_400_000

  /// The wait in milliseconds, at most `longest`; 0 if the header is invalid. The text must be NUL-terminated.
  static func milliseconds(_ text: UnsafeRawBufferPointer, nowMilliseconds: Int64) -> Int64 {
    let digits = text.drop { $0 == UInt8(ascii: " ") }.prefix { $0.isDigit }
    if digits.endIndex == text.endIndex {
      if digits.isEmpty { return 0 }
      // A number that does not fit into an integer exceeds the limit.
      let seconds = Int64(decimal: digits) ?? longest
      return min(seconds, longest / 1000) * 1000
    }
    guard digits.isEmpty, let date = HTTPDate.milliseconds(text) else { return 0 }
    return min(max(date - nowMilliseconds, 0), longest)
  }
}
