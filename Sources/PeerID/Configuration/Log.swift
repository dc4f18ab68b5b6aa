/// How much an event matters.
///
/// C name: `peerid_log_level`
@nonexhaustive
public enum LogLevel: Int32, Sendable {
  /// For whoever follows what the library does.
  case debug = 1
  /// An ordinary event, such as a refreshed token.
  case info = 2
  /// Something went wrong and is being dealt with.
  case warning = 3
  /// Something went wrong that a person should look at.
  case error = 4
}

/// Where events go. Messages name sessions by their keys and never hold a secret.
struct Log: Sendable {
  static let silent = Log(handler: nil)

  let handler: (@Sendable (LogLevel, String) -> Void)?

  func callAsFunction(_ level: LogLevel, _ message: @autoclosure () -> String) {
    if let handler { handler(level, message()) }
  }
}
