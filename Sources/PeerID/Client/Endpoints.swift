/// The addresses of a PeerID server, made once from its base URL.
struct Endpoints: Sendable {
  let usesTLS: Bool
  let token: Bytes
  let exchange: Bytes
  let refresh: Bytes
  let operations: Bytes
  let broadcast: Bytes
  private let transactionToken: String
  private let blockchainData: String
  private let permissions: String

  /// Reads and checks a base URL such as `https://peerid.peerplays.download`. A path in front of `/api/v1` is allowed.
  init(baseURL: String, allowsPlainHTTP: Bool) throws(PeerIDError) {
    var base = baseURL
    while base.hasSuffix("/") { base.removeLast() }
    let scheme = base.prefix { $0 != ":" }.lowercased()
    guard scheme == "https" || scheme == "http", base.dropFirst(scheme.count).hasPrefix("://") else {
      throw PeerIDError(
        .configuration,
        "base_url '\(baseURL)' has no scheme: write https://host, for instance https://peerid.peerplays.download"
      )
    }
    let rest = base.dropFirst(scheme.count + 3)
    let authority = rest.prefix { $0 != "/" }
    let isPrintable = base.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard !authority.isEmpty, isPrintable, !rest.contains("?"), !rest.contains("#"), !authority.contains("@") else {
      throw PeerIDError(
        .configuration,
        "base_url '\(authority.contains("@") ? "…" : baseURL)' is not usable: give scheme, host and optional port and "
          + "path, without user, query or spaces"
      )
    }
    if scheme == "http", !allowsPlainHTTP, !Self.isLoopback(String(authority)) {
      throw PeerIDError(
        .configuration,
        "base_url '\(baseURL)' would send tokens in the clear: use https://, or set the option allow_http=true"
      )
    }
    usesTLS = scheme == "https"
    let api = base + "/api/v1"
    token = Bytes(api + "/auth/token")
    exchange = Bytes(api + "/auth/exchange")
    refresh = Bytes(api + "/auth/refreshtoken")
    operations = Bytes(api + "/app/operations")
    broadcast = Bytes(api + "/app/broadcast")
    transactionToken = api + "/app/transaction-token?token="
    blockchainData = api + "/app/blockchain-data"
    permissions = base + "/permissions"
  }

  /// The address that confirms a transaction token, which the server reads only from the query.
  func confirmation(ofTransactionToken token: String) -> Bytes {
    Bytes(transactionToken + PercentEncoding.encode(token), wipes: true)
  }

  /// The address of a read of the chain.
  func chainRead(query: String) -> Bytes {
    Bytes(blockchainData + "?" + query)
  }

  /// The page on which the user signs in and gives consent.
  func authorizationPage(clientID: String, redirectURI: String, state: String) -> String {
    permissions + "?client_id=" + PercentEncoding.encode(clientID)
      + "&redirect_uri=" + PercentEncoding.encode(redirectURI)
      + "&state=" + PercentEncoding.encode(state)
  }

  /// Whether `authority` (host and optional port) names this machine.
  private static func isLoopback(_ authority: String) -> Bool {
    if authority.hasPrefix("[::1]") { return true }
    let host = authority.prefix { $0 != ":" }.lowercased()
    if host == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
