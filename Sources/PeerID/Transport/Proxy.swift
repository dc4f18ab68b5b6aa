internal import CLinux

/// Through which proxy a client reaches its server.
enum Proxy: Sendable {
  /// As libcurl reads the environment: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`.
  case fromEnvironment
  case none
  /// This one, whatever the environment says.
  case address(Bytes)

  private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  /// Reads the option `proxy`.
  ///
  /// A server on this machine is reached directly unless a proxy is named: the proxy of the environment is another
  /// machine, and would see the password and the secret in the clear.
  init(option: String, isLoopback: Bool) throws(PeerIDError) {
    switch option {
    case "": self = isLoopback ? .none : .fromEnvironment
    case "none": self = .none
    default:
      // The address may hold a password, so messages never quote it.
      let problem: String
      do throws(ServerAddress.Problem) {
        let address = try ServerAddress(option, defaultScheme: true)
        if Self.schemes.contains(address.scheme) {
          self = .address(Bytes(option, wipes: true))
          return
        }
        problem = "its scheme '\(address.scheme)' is none of \(Self.schemes.joined(separator: ", "))"
      } catch {
        problem = error.reason
      }
      throw PeerIDError(
        .configuration,
        "option 'proxy' is not the address of a proxy (\(problem)): write http://proxy.example:3128, or none"
      )
    }
  }

  /// Whether the connection to the proxy itself may be TLS.
  var mayUseTLS: Bool {
    switch self {
    case .none: false
    case .address(let address): address.text.lowercased().hasPrefix("https:")
    case .fromEnvironment:
      ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].contains { (name: String) in
        getenv(name).map { String(cString: $0).lowercased().hasPrefix("https:") } ?? false
      }
    }
  }
}
