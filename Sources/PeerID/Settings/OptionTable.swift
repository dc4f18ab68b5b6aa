/// One option: its name, values, default and meaning, and where its value is stored.
package struct OptionDefinition: Sendable {
  /// The values of an option, and where its value is stored.
  enum Kind: Sendable {
    case integer(ClosedRange<Int64>, @Sendable (inout Options, Int64) -> Void)
    case choice([String], @Sendable (inout Options, String) -> Void)
    case text(@Sendable (inout Options, String) -> Void)
  }

  /// The name, which ends with the unit if there is one.
  package let name: String
  /// The default, as text.
  package let defaultValue: String
  let kind: Kind
  /// What the option does, for the documentation.
  package private(set) var help = ""

  // The table calls this for each option: inlining would only add code.
  @inline(never)
  func help(_ text: String) -> OptionDefinition {
    var option = self
    option.help = text
    return option
  }

  /// A description of the valid values.
  package var accepts: String {
    switch kind {
    case .integer(let range, _): "\(range.lowerBound)–\(range.upperBound)"
    case .choice(let values, _): values.joined(separator: ", ")
    case .text: "text"
    }
  }
}

/// All options of a client. The documentation's table is generated from this one.
package enum OptionTable {
  private static let hour: Int64 = 3_600_000
  private static let truth = ["true", "false"]

  /// Every option, in the order of the documentation.
  package static let all: [OptionDefinition] = [
    option("connect_timeout_ms", default: "10000", .integer(1...hour) { $0.connectTimeoutMilliseconds = $1 })
      .help("Connection timeout, including TLS."),
    option("request_timeout_ms", default: "30000", .integer(1...hour) { $0.requestTimeoutMilliseconds = $1 })
      .help("Timeout of a whole call, including waits for a refresh."),
    option("refresh_timeout_ms", default: "60000", .integer(1...hour) { $0.refreshTimeoutMilliseconds = $1 })
      .help("Refresh timeout, counted from acquiring the store lock. A refresh continues if its caller times out."),
    option("refresh_window_ms", default: "86400000", .integer(0...2400 * hour) { $0.refreshWindowMilliseconds = $1 })
      .help("How long before its expiry a token is refreshed in the background; at most half its lifetime. 0: never."),
    option("refresh_probe_delay_ms", default: "5000", .integer(0...hour) { $0.probeDelayMilliseconds = $1 })
      .help(
        "The wait before the refresh token is sent again after a refresh without an answer: the server may still be "
          + "processing the first request."
      ),
    option("idle_connection_timeout_s", default: "4", .integer(0...3600) { $0.idleConnectionTimeoutSeconds = $1 })
      .help("Connections idle for this many seconds are not reused; the server closes them after 5. 0: never reuse."),
    option("max_idle_connections", default: "64", .integer(0...100_000) { $0.maximumIdleConnections = $1 })
      .help(
        "The maximum number of idle connections kept for later calls; for asynchronous calls at least "
          + "max_active_requests. 0: none."
      ),
    option("max_in_flight", default: "10000", .integer(1...10_000_000) { $0.maximumInFlight = $1 })
      .help("The maximum number of asynchronous calls in flight; further calls fail with queue_full."),
    option("max_active_requests", default: "128", .integer(1...10_000) { $0.maximumActiveRequests = $1 })
      .help("The maximum number of asynchronous requests sent at a time; other calls wait."),
    // Measured with libcurl 7.88 behind nginx, Tests/Faults/tls_faults.c: of 100 calls at once over HTTP/2, 6 to 47
    // end as unknown because nginx closes a connection after a number of requests. libcurl handles a refused stream
    // and a lost connection in the same way, and its debug output does not distinguish them on a reused connection.
    option("http_version", default: "1.1", .choice(["1.1", "2"]) { $0.usesHTTP2 = $1 == "2" })
      .help(
        "The HTTP version of asynchronous calls over TLS. 2: many requests share one connection. If the server "
          + "closes that connection, requests that the server refused are reported as unknown, although they were "
          + "not done."
      ),
    option("max_response_bytes", default: "4194304", .integer(1024...(1 << 30)) { $0.maximumResponseBytes = $1 })
      .help("The maximum size of an answer in bytes; larger answers fail with too_large."),
    option("ca_file", default: "", .text { $0.caFile = $1 })
      .help("A file of certificates in PEM form that are trusted in addition to the system's."),
    option("proxy", default: "", .text { $0.proxy = $1 })
      .help(
        "The URL of the proxy, such as http://proxy.example:3128; no_proxy is then ignored. none: no proxy. Empty: the "
          + "proxy from https_proxy, http_proxy, all_proxy and no_proxy, but no proxy for localhost, *.localhost and "
          + "loopback addresses. Set none if the server is on this machine under another name."
      ),
    option("user_agent_suffix", default: "", .text { $0.userAgentSuffix = $1 })
      .help("Appended to the User-Agent, after libpeerid/<version>."),
    option("allow_http", default: "false", .choice(truth) { $0.allowsPlainHTTP = $1 == "true" })
      .help("Whether the base URL may be http:// for a server that is not on this machine."),
    option("authorization_page", default: "", .text { $0.authorizationPage = $1 })
      .help("The URL of the consent page, if it is on another server. Empty: base_url with /permissions."),
    option(
      "parameters",
      default: "form",
      .choice(["form", "json", "query"]) { $0.parameterStyle = .init(rawValue: $1) ?? .form }
    )
    .help(
      "How log in, exchange and refresh send their parameters: in the body as a form or as JSON, or in the query "
        + "of the URL, which proxies and servers log."
    ),
    option(
      "validate",
      default: "known",
      .choice(["known", "strict", "allow_unknown", "off"]) { $0.validation = .init(rawValue: $1) ?? .known }
    )
    .help(
      "How operations are checked before they are sent. known: by their fields and the rules of the chain; a broken "
        + "rule that the committee can change only logs a warning. strict: such operations are refused. "
        + "allow_unknown: like known, but operations that the library does not know are sent. off: no checks."
    ),
    option("settleable", default: "false", .choice(truth) { $0.isSettleable = $1 == "true" })
      .help(
        "Whether submissions and broadcasts first read the newest entry of the payer's history, so that an "
          + "unknown outcome can be settled. This costs one chain read for each call."
      ),
    option("relogin", default: "off", .choice(["off", "keep"]) { $0.keepsCredentials = $1 == "keep" })
      .help(
        "Whether a session that was started with a password keeps the password in memory, to log in again if the refresh "
          + "token was used or the answer to a refresh was lost."
      ),
  ]

  @inline(never)
  private static func option(
    _ name: String,
    default defaultValue: String,
    _ kind: OptionDefinition.Kind
  ) -> OptionDefinition {
    OptionDefinition(name: name, defaultValue: defaultValue, kind: kind)
  }

  /// Sets the option called `name` from its text.
  static func set(_ name: String, to value: String, in options: inout Options) throws(PeerIDError) {
    guard let option = all.first(where: { $0.name.isSame(as: name) }) else {
      let meant = nearest(to: name).map { "'\($0)'" }.joined(separator: " or ")
      let hint = meant.isEmpty ? "docs/reference/options.md lists all options" : "did you mean \(meant)?"
      throw PeerIDError(.configuration, "there is no option '\(name)'; \(hint)")
    }
    try set(option, to: value, in: &options)
  }

  static func set(_ option: OptionDefinition, to value: String, in options: inout Options) throws(PeerIDError) {
    func refuse() -> PeerIDError {
      PeerIDError(.configuration, "option '\(option.name)' cannot be '\(value)': it takes \(option.accepts)")
    }
    switch option.kind {
    case .integer(let range, let assign):
      guard let number = Int64(decimal: value), range.contains(number) else { throw refuse() }
      assign(&options, number)
    case .choice(let choices, let assign):
      guard choices.contains(value) else { throw refuse() }
      assign(&options, value)
    case .text(let assign):
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw PeerIDError(.configuration, "option '\(option.name)' holds a control character")
      }
      assign(&options, value)
    }
  }

  /// Suggestions for a wrong name: the option with the most similar spelling, or those that share words with it.
  static func nearest(to name: String) -> [String] {
    guard name.utf8.count <= 64 else { return [] }
    if let closest = EditDistance.nearest(to: name, in: all.lazy.map { $0.name }) { return [closest] }
    let given = words(in: name.asciiLowercased).filter { $0.utf8.count > 2 }
    return all.map { $0.name }.filter { words(in: $0).contains(where: given.contains) }
  }

  private static func words(in name: String) -> [String] {
    name.utf8.split { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }.map { String(Substring($0)) }
  }
}
