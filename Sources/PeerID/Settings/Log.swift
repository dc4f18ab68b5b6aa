/// Log severity.
///
/// C name: `peerid_log_level`
@nonexhaustive
public enum LogLevel: Int32, Sendable {
  /// Details of what the library does.
  case debug = 1
  /// An ordinary event, such as a refreshed token.
  case info = 2
  /// A problem that the library handles by itself.
  case warning = 3
  /// A problem that needs action by a person, such as a session that is over.
  case error = 4
}

/// The log callback. Messages name sessions by their keys and never contain a secret.
struct Log: Sendable {
  static let silent = Log(handler: nil)

  let handler: (@Sendable (LogLevel, String) -> Void)?

  func callAsFunction(_ level: LogLevel, _ message: @autoclosure () -> String) {
    if let handler { handler(level, message()) }
  }
}
