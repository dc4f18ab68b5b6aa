/// One option: the one place that knows its name, what it takes, what it does, and what it is when nobody sets it.
package struct OptionDefinition: Sendable {
  /// What an option takes, and where its value goes.
  enum Kind: Sendable {
    case integer(ClosedRange<Int64>, @Sendable (inout Options, Int64) -> Void)
    case boolean(@Sendable (inout Options, Bool) -> Void)
    case choice([String], @Sendable (inout Options, Int64) -> Void)
    case text(@Sendable (inout Options, String) -> Void)
  }

  /// The name, with its unit at the end where it has one.
  package let name: String
  /// The value when nobody sets it, as it would be written.
  package let defaultValue: String
  /// What it does, for the documentation.
  package let help: String
  let kind: Kind

  /// What the option takes, for people.
  package var accepts: String {
    switch kind {
    case .integer(let range, _): "\(range.lowerBound)–\(range.upperBound)"
    case .boolean: "true, false"
    case .choice(let values, _): values.joined(separator: ", ")
    case .text: "text"
    }
  }
}

/// All options of a client. The documentation's table is made from this one.
package enum OptionTable {
  private static let hour: Int64 = 3_600_000

  /// Every option, in the order of the documentation.
  package static let all: [OptionDefinition] = [
    OptionDefinition(
      name: "connect_timeout_ms",
      defaultValue: "10000",
      help: "How long a connection may take to come about, TLS included.",
      kind: .integer(1...hour) { $0.connectTimeoutMilliseconds = $1 }
    ),
    OptionDefinition(
      name: "request_timeout_ms",
      defaultValue: "30000",
      help: "How long a call may take as a whole, waits for a refresh included.",
      kind: .integer(1...hour) { $0.requestTimeoutMilliseconds = $1 }
    ),
    OptionDefinition(
      name: "refresh_timeout_ms",
      defaultValue: "60000",
      help: "How long a refresh may take behind the wait for the store's lock. It outlives the call that began it.",
      kind: .integer(1...hour) { $0.refreshTimeoutMilliseconds = $1 }
    ),
    OptionDefinition(
      name: "refresh_window_ms",
      defaultValue: "86400000",
      help: "How long before its expiry a token is refreshed in the background; at most half its lifetime. 0: never.",
      kind: .integer(0...2400 * hour) { $0.refreshWindowMilliseconds = $1 }
    ),
    OptionDefinition(
      name: "refresh_probe_delay_ms",
      defaultValue: "5000",
      help: "How long after a refresh without an answer the refresh token is tried once more: the first refresh may "
        + "still be at work on the server.",
      kind: .integer(0...hour) { $0.probeDelayMilliseconds = $1 }
    ),
    OptionDefinition(
      name: "idle_connection_timeout_s",
      defaultValue: "4",
      help: "A connection idle for this many seconds is not used again; the server closes after 5. 0: never reuse.",
      kind: .integer(0...3600) { $0.idleConnectionTimeoutSeconds = $1 }
    ),
    OptionDefinition(
      name: "max_idle_connections",
      defaultValue: "64",
      help:
        "How many idle connections are kept for later calls; asynchronous calls keep as many as they may have on the "
        + "wire, if this is more. 0: none.",
      kind: .integer(0...100_000) { $0.maximumIdleConnections = $1 }
    ),
    OptionDefinition(
      name: "max_in_flight",
      defaultValue: "10000",
      help: "How many asynchronous calls of a client may be in flight; a further one fails with queue_full.",
      kind: .integer(1...10_000_000) { $0.maximumInFlight = $1 }
    ),
    OptionDefinition(
      name: "max_active_requests",
      defaultValue: "128",
      help: "How many requests of asynchronous calls are on the wire at a time; the others wait for their turn.",
      kind: .integer(1...10_000) { $0.maximumActiveRequests = $1 }
    ),
    OptionDefinition(
      name: "http_version",
      defaultValue: "2",
      help: "The newest HTTP version for asynchronous calls over TLS: 2 carries many requests on one connection.",
      kind: .choice(["1.1", "2"]) { $0.usesHTTP2 = $1 == 1 }
    ),
    OptionDefinition(
      name: "max_response_bytes",
      defaultValue: "16777216",
      help: "The largest answer taken; a larger one fails with too_large.",
      kind: .integer(1024...(1 << 30)) { $0.maximumResponseBytes = $1 }
    ),
    OptionDefinition(
      name: "ca_file",
      defaultValue: "",
      help: "A file of certificates in PEM form that are trusted beside the system's.",
      kind: .text { $0.caFile = $1 }
    ),
    OptionDefinition(
      name: "proxy",
      defaultValue: "",
      help: "The proxy, such as http://proxy.example:3128. Empty: as the environment says (https_proxy, no_proxy).",
      kind: .text { $0.proxy = $1 }
    ),
    OptionDefinition(
      name: "user_agent_suffix",
      defaultValue: "",
      help: "What is added to the User-Agent behind libpeerid/<version>.",
      kind: .text { $0.userAgentSuffix = $1 }
    ),
    OptionDefinition(
      name: "allow_http",
      defaultValue: "false",
      help: "Whether a plain http:// base URL is allowed that does not name this machine.",
      kind: .boolean { $0.allowsPlainHTTP = $1 }
    ),
    OptionDefinition(
      name: "parameters",
      defaultValue: "form",
      help: "How log in, exchange and refresh send their parameters: in the body as a form or as JSON, or in the query "
        + "of the URL, where proxies and servers log them.",
      kind: .choice(["form", "json", "query"]) { $0.parameterStyle = .init(rawValue: $1) ?? .form }
    ),
    OptionDefinition(
      name: "validate",
      defaultValue: "known",
      help: "Whether the fields of known operations are checked before they are sent.",
      kind: .choice(["known", "off"]) { $0.validation = .init(rawValue: $1) ?? .known }
    ),
    OptionDefinition(
      name: "relogin",
      defaultValue: "off",
      help: "Whether a session that began with a password keeps it in memory, to log in again when the refresh token "
        + "is spent or the answer to a refresh was lost.",
      kind: .choice(["off", "keep"]) { $0.keepsCredentials = $1 == 1 }
    ),
  ]

  /// Sets the option called `name` from its text.
  static func set(_ name: String, to value: String, in options: inout Options) throws(PeerIDError) {
    guard let option = all.first(where: { $0.name == name }) else {
      let nearest = all.min { EditDistance.between($0.name, name) < EditDistance.between($1.name, name) }
      let hint = nearest.map { "; did you mean '\($0.name)'?" } ?? ""
      throw PeerIDError(.configuration, "there is no option '\(name)'\(hint)")
    }
    func refuse() -> PeerIDError {
      PeerIDError(.configuration, "option '\(name)' cannot be '\(value)': it takes \(option.accepts)")
    }
    switch option.kind {
    case .integer(let range, let assign):
      guard let number = Int64(value), range.contains(number) else { throw refuse() }
      assign(&options, number)
    case .boolean(let assign):
      guard value == "true" || value == "false" else { throw refuse() }
      assign(&options, value == "true")
    case .choice(let choices, let assign):
      guard let index = choices.firstIndex(of: value) else { throw refuse() }
      assign(&options, Int64(index))
    case .text(let assign):
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw PeerIDError(.configuration, "option '\(name)' holds a control character")
      }
      assign(&options, value)
    }
  }
}
