/// The values of all options of a client. Their names, ranges and defaults are in `OptionTable` alone.
struct Options: Sendable {
  /// How parameters of the three token calls are sent.
  enum ParameterStyle: String, Sendable {
    case form
    case json
    case query
  }

  /// How strictly operations are checked before they are sent.
  enum Validation: String, Sendable {
    /// Operations that the library knows are checked by their fields and rules; others are refused.
    case known
    /// As `known`, and rules that the chain's committee can change are enforced, too.
    case strict
    /// As `known`, but operations that the library does not know are sent without a check.
    case allowUnknown = "allow_unknown"
    case off
  }

  var connectTimeoutMilliseconds: Int64 = 0
  var requestTimeoutMilliseconds: Int64 = 0
  var refreshTimeoutMilliseconds: Int64 = 0
  var refreshWindowMilliseconds: Int64 = 0
  var probeDelayMilliseconds: Int64 = 0
  var idleConnectionTimeoutSeconds: Int64 = 0
  var maximumIdleConnections: Int64 = 0
  var maximumInFlight: Int64 = 0
  var maximumActiveRequests: Int64 = 0
  var usesHTTP2 = false
  var maximumResponseBytes: Int64 = 0
  var caFile = ""
  var proxy = ""
  var userAgentSuffix = ""
  var allowsPlainHTTP = false
  var authorizationPage = ""
  var parameterStyle = ParameterStyle.form
  var validation = Validation.known
  var keepsCredentials = false
  var isSettleable = false

  /// All options with their default values.
  init() {
    for option in OptionTable.all { try? OptionTable.set(option, to: option.defaultValue, in: &self) }
  }
}
