internal import CCurl
internal import CLinux

/// The proxy through which a client reaches its server.
enum Proxy: Sendable {
  /// The proxy that libcurl finds in the environment: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`.
  case fromEnvironment
  case none
  /// This proxy; the environment is ignored.
  case address(Bytes)

  private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

  /// Parses the option `proxy`.
  ///
  /// A server on this machine is reached directly, unless the option names a proxy. The environment's proxy is usually
  /// another machine, which would see passwords and secrets in plain text.
  init(option: String, isLoopback: Bool) throws(PeerIDError) {
    switch option {
    case "": self = isLoopback ? .none : .fromEnvironment
    case "none": self = .none
    default:
      // The URL may contain a password, so messages never quote it.
      let problem: String
      do throws(ServerAddress.Problem) {
        let address = try ServerAddress(option, defaultScheme: true)
        if !Self.schemes.contains(address.scheme) {
          problem = "its scheme '\(address.scheme)' is none of \(Self.schemes.joined(separator: ", "))"
        } else if !["", "/"].contains(address.path) || address.holdsQueryOrFragment {
          // libcurl ends the host at the first of these characters, even inside a password.
          problem = "it has a path or a query; in a password, write / as %2F, ? as %3F and # as %23"
        } else {
          self = .address(Bytes(option, wipes: true))
          return
        }
      } catch {
        problem = error.reason
      }
      throw PeerIDError(
        .configuration,
        "option 'proxy' is not the address of a proxy (\(problem)): write http://proxy.example:3128, or none"
      )
    }
  }

  /// Whether the connection to the proxy itself may use TLS.
  var mayUseTLS: Bool { addresses.contains { $0.text.asciiLowercased.begins(with: "https:") } }

  /// The passwords in the addresses of the proxies. A proxy receives its password and may quote it in an error. A user
  /// name without a password counts as one.
  var passwords: [Bytes] { addresses.compactMap(Self.password) }

  /// All proxies that libcurl may choose from.
  private var addresses: [Bytes] {
    switch self {
    case .none: []
    case .address(let address): [address]
    case .fromEnvironment:
      ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].compactMap { (name: String) in
        getenv(name).map { Bytes(UnsafeRawBufferPointer(start: $0, count: strlen($0)), wipes: true) }
      }
    }
  }

  /// The environment may hold bytes that are not UTF-8, and libcurl sends them.
  private static func password(in address: Bytes) -> Bytes? {
    guard let url = curl_url() else { return nil }
    defer { curl_url_cleanup(url) }
    // libcurl reads the address of a proxy with these flags.
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME) | UInt32(CURLU_GUESS_SCHEME)
    guard curl_url_set(url, CURLUPART_URL, address.cString, flags) == CURLUE_OK else { return nil }
    for part in [CURLUPART_PASSWORD, CURLUPART_USER] {
      var value: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &value, 0) == CURLUE_OK, let value else { continue }
      defer { curl_free(value) }
      if value.pointee != 0 { return Bytes(UnsafeRawBufferPointer(start: value, count: strlen(value)), wipes: true) }
    }
    return nil
  }
}
