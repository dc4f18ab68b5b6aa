/// The values of all options of a client. Their names, ranges and defaults are in `OptionTable` alone.
struct Options: Sendable {
  /// How parameters of the three token calls are sent.
  enum ParameterStyle: Int64, Sendable {
    case form
    case json
    case query

    /// The value of the option.
    var name: String {
      switch self {
      case .form: "form"
      case .json: "json"
      case .query: "query"
      }
    }
  }

  /// How much of an operation is checked before it is sent.
  enum Validation: Int64, Sendable {
    /// The fields and the rules of operations that the library knows; no others are sent.
    case known
    /// As `known`, and rules that the committee of the chain can change are enforced as well.
    case strict
    /// As `known`, but operations of other names are sent without a check.
    case allowUnknown
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

  /// Every option at the default that its definition names.
  init() {
    for option in OptionTable.all { try? OptionTable.set(option, to: option.defaultValue, in: &self) }
  }
}
