internal import PeerID

/// Settings for behaviour that varies on the real server.
public struct Settings: Sendable, Equatable {
  /// Three months, in milliseconds.
  public static let defaultTokenLifetime: Int64 = 90 * 24 * 3_600_000

  /// The delay between the answer to a refresh and saving the new token pair, in milliseconds. On the real server the
  /// median was 13 ms.
  public var saveDelay: Int = 13
  /// The lifetime of new access tokens, in milliseconds.
  public var tokenLifetime: Int64 = Settings.defaultTokenLifetime
  /// The offset of the sandbox's clock from the machine's, in seconds; negative if the sandbox's clock is behind.
  public var clockOffset: Int64 = 0
  /// The time at which the sandbox's clock stands still, in milliseconds since 1970; `nil` for the machine's clock.
  /// ``clockOffset`` is added to it.
  public var stoppedClock: Int64?
  /// Whether the three token calls read the query string, as the published guide says; the real server ignores it.
  public var acceptsQuery = false
  /// The error with which the chain refuses every transaction.
  public var chainRefusal: String?
  /// Whether the chain applies its rules and checks balances; otherwise it accepts every operation.
  public var appliesChainRules = false

  /// Whether a transaction token needs the session cookie of a signed-in user, as on the real server.
  public var requiresSessionCookie = true

  /// Whether the authorization page may redirect to any loopback address; the real server refuses all of them.
  public var allowsLoopbackRedirects = true

  /// Whether *Cancel* on the authorization page redirects with `access_denied`. On the real page the button does
  /// nothing.
  public var cancelRedirects = true

  /// The number of requests that the log keeps.
  public var requestLogLength = 1_000

  /// Creates settings that correspond to measurements of the real server.
  public init() {}

  static let keys = [
    "save_delay_ms", "token_lifetime_ms", "clock_offset_s", "stopped_clock_ms", "accept_query", "chain_refusal",
    "chain_rules", "session_cookie_required", "loopback_redirects", "cancel_redirects", "request_log_length",
  ]

  /// Changes the settings that `reader` contains.
  mutating func apply(_ reader: KeyedReader) throws(KeyedReader.Fault) {
    try reader.allowOnly(Self.keys)
    if let value = try reader.optionalInteger("save_delay_ms", 0...Int64(Self.longestSaveDelay)) {
      saveDelay = Int(value)
    }
    if let value = try reader.optionalInteger("token_lifetime_ms", Self.anyTime) { tokenLifetime = value }
    if let value = try reader.optionalInteger("clock_offset_s", Self.anyOffset) { clockOffset = value }
    if let value = try reader.optionalBoolean("accept_query") { acceptsQuery = value }
    if let value = try reader.optionalBoolean("chain_rules") { appliesChainRules = value }
    if let value = try reader.optionalBoolean("session_cookie_required") { requiresSessionCookie = value }
    if let value = try reader.optionalBoolean("loopback_redirects") { allowsLoopbackRedirects = value }
    if let value = try reader.optionalBoolean("cancel_redirects") { cancelRedirects = value }
    if reader.has("stopped_clock_ms") { stoppedClock = try reader.optionalInteger("stopped_clock_ms", Self.anyTime) }
    if reader.has("chain_refusal") { chainRefusal = try reader.optionalString("chain_refusal") }
    if let value = try reader.optionalInteger("request_log_length", 0...Int64(Self.longestLog)) {
      requestLogLength = Int(value)
    }
  }

  /// The settings, clamped to the limits of the controls, so that no sum of times can overflow.
  var clamped: Settings {
    var settings = self
    settings.saveDelay = min(max(saveDelay, 0), Self.longestSaveDelay)
    settings.tokenLifetime = min(max(tokenLifetime, Self.anyTime.lowerBound), Self.anyTime.upperBound)
    settings.clockOffset = min(max(clockOffset, Self.anyOffset.lowerBound), Self.anyOffset.upperBound)
    settings.stoppedClock = stoppedClock.map { min(max($0, Self.anyTime.lowerBound), Self.anyTime.upperBound) }
    settings.requestLogLength = min(max(requestLogLength, 0), Self.longestLog)
    return settings
  }

  /// Milliseconds since 1970, by the sandbox's clock.
  var now: Int64 { (stoppedClock ?? PeerID.Clock.wallMicroseconds() / 1_000) + clockOffset * 1_000 }

  /// The range of times and lifetimes, in milliseconds: a thousand years.
  static let anyTime: ClosedRange<Int64> = -31_536_000_000_000...31_536_000_000_000
  private static let anyOffset: ClosedRange<Int64> = -4_000_000_000...4_000_000_000
  private static let longestSaveDelay = 600_000
  private static let longestLog = 1_000_000

  var literal: JSONLiteral {
    [
      "save_delay_ms": .integer(Int64(saveDelay)),
      "token_lifetime_ms": .integer(tokenLifetime),
      "clock_offset_s": .integer(clockOffset),
      "stopped_clock_ms": stoppedClock.map { .integer($0) } ?? .null,
      "accept_query": .boolean(acceptsQuery),
      "chain_refusal": chainRefusal.map { .string($0) } ?? .null,
      "chain_rules": .boolean(appliesChainRules),
      "session_cookie_required": .boolean(requiresSessionCookie),
      "loopback_redirects": .boolean(allowsLoopbackRedirects),
      "cancel_redirects": .boolean(cancelRedirects),
      "request_log_length": .integer(Int64(requestLogLength)),
    ]
  }
}
