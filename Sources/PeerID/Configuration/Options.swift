/// The values of all options of a client. `OptionTable` gives them their names, ranges and defaults.
struct Options: Sendable {
  /// How parameters of the three token calls are sent.
  enum ParameterStyle: Int64, Sendable {
    case form
    case json
    case query

    /// The name as the option takes it.
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
    case known
    case off
  }

  var connectTimeoutMilliseconds: Int64 = 10_000
  var requestTimeoutMilliseconds: Int64 = 30_000
  var refreshTimeoutMilliseconds: Int64 = 60_000
  var refreshWindowMilliseconds: Int64 = 86_400_000
  var probeDelayMilliseconds: Int64 = 5_000
  var idleConnectionTimeoutSeconds: Int64 = 4
  var maximumIdleConnections: Int64 = 64
  var maximumInFlight: Int64 = 10_000
  var maximumActiveRequests: Int64 = 128
  var usesHTTP2 = true
  var maximumResponseBytes: Int64 = 16 * 1024 * 1024
  var caFile = ""
  var proxy = ""
  var userAgentSuffix = ""
  var allowsPlainHTTP = false
  var parameterStyle = ParameterStyle.form
  var validation = Validation.known
  var keepsCredentials = false

  var transportSettings: TransportSettings {
    TransportSettings(
      connectTimeoutMilliseconds: connectTimeoutMilliseconds,
      idleConnectionTimeoutSeconds: idleConnectionTimeoutSeconds,
      maximumIdleConnections: maximumIdleConnections,
      usesHTTP2: usesHTTP2,
      maximumResponseBytes: maximumResponseBytes,
      caFile: caFile.isEmpty ? nil : Bytes(caFile),
      proxy: proxy.isEmpty ? nil : Bytes(proxy, wipes: true),
      userAgent: Bytes("libpeerid/\(Version.text)" + (userAgentSuffix.isEmpty ? "" : " \(userAgentSuffix)"))
    )
  }
}
