/// The URLs of a PeerID server, derived once from its base URL.
struct Endpoints: Sendable {
  let usesTLS: Bool
  /// Whether the server runs on this machine.
  let isLoopback: Bool
  let token: Bytes
  let exchange: Bytes
  let refresh: Bytes
  let operations: Bytes
  let broadcast: Bytes
  private let transactionToken: String
  private let blockchainData: String
  private let authorizationPage: String

  private static let apiPath = "/api/v1"

  /// Parses and checks a base URL such as `https://peerid.peerplays.download`. A path before `/api/v1` is allowed.
  ///
  /// `authorizationPage` is the URL of the consent page, if it is not derived from the base URL.
  init(baseURL: String, authorizationPage: String = "", allowsPlainHTTP: Bool) throws(PeerIDError) {
    // Text without a scheme, or with one of these characters, may be or contain a secret.
    let hasScheme = String(Substring(baseURL.utf8.drop { $0 != UInt8(ascii: ":") })).begins(with: "://")
    let shown = hasScheme && !baseURL.utf8.contains(where: "@?#".utf8.contains) ? " '\(baseURL)'" : ""
    func refuse(_ why: String) -> PeerIDError { PeerIDError(.configuration, "base_url\(shown) \(why)") }
    guard hasScheme else {
      throw refuse("has no scheme: write https://host, for instance https://peerid.peerplays.download")
    }
    let address: ServerAddress
    do throws(ServerAddress.Problem) {
      address = try ServerAddress(baseURL)
    } catch {
      throw refuse("is not usable (\(error.reason)): give scheme, host and optional port and path")
    }
    guard address.scheme == "https" || address.scheme == "http" else {
      throw refuse("has the scheme '\(address.scheme)': write https://host")
    }
    guard !address.holdsCredentials, !address.holdsQueryOrFragment, !baseURL.utf8.contains(UInt8(ascii: "@")) else {
      throw refuse("is not usable: give scheme, host and optional port and path, without user, query or fragment")
    }
    let base = address.text
    let segments = base.asciiLowercased.parts(separatedBy: UInt8(ascii: "/"))
    guard !zip(segments, segments.dropFirst()).contains(where: { $0 == "api" && $1 == "v1" }) else {
      throw refuse("holds \(Self.apiPath): leave out all from there on, the library adds it")
    }
    if address.scheme == "http", !allowsPlainHTTP, !address.isLoopback {
      throw refuse("would send tokens in the clear: use https://, or set the option allow_http=true")
    }
    self.init(
      base: base,
      authorizationPage: try Self.checked(authorizationPage, allowsPlainHTTP),
      usesTLS: address.scheme == "https",
      isLoopback: address.mayBeLoopback
    )
  }

  /// Checks the URL of a consent page, which must be safe, because the user types the password there.
  private static func checked(_ page: String, _ allowsPlainHTTP: Bool) throws(PeerIDError) -> String? {
    if page.isEmpty { return nil }
    let isUsable: Bool
    do throws(ServerAddress.Problem) {
      let address = try ServerAddress(page)
      isUsable =
        !address.holdsCredentials && !page.utf8.contains(UInt8(ascii: "#"))
        && (address.scheme == "https" || address.scheme == "http" && (allowsPlainHTTP || address.isLoopback))
    } catch {
      isUsable = false
    }
    if isUsable { return page }
    throw PeerIDError(
      .configuration,
      "option 'authorization_page' is not usable: write the whole address of the consent page, "
        + "such as https://id.example/permissions, without user and fragment, and with https:// unless allow_http=true"
    )
  }

  /// URLs that libcurl refuses before it opens a connection; see `RuntimeWarmup`.
  static let unreachable = Endpoints(base: "warmup://none", usesTLS: false, isLoopback: true)

  private init(base: String, authorizationPage: String? = nil, usesTLS: Bool, isLoopback: Bool) {
    self.usesTLS = usesTLS
    self.isLoopback = isLoopback
    let api = base + Self.apiPath
    token = Bytes(api + "/auth/token")
    exchange = Bytes(api + "/auth/exchange")
    refresh = Bytes(api + "/auth/refreshtoken")
    operations = Bytes(api + "/app/operations")
    broadcast = Bytes(api + "/app/broadcast")
    transactionToken = api + "/app/transaction-token?token="
    blockchainData = api + "/app/blockchain-data"
    self.authorizationPage = authorizationPage ?? base + "/permissions"
  }

  /// The URL that confirms a transaction token. The server reads the token only from the query.
  func confirmation(ofTransactionToken token: String) -> Bytes {
    Bytes(transactionToken + PercentEncoding.encode(token), wipes: true)
  }

  /// The URL of a chain read.
  func chainRead(query: String) -> Bytes {
    Bytes(blockchainData + "?" + query)
  }

  /// The page on which the user signs in and gives consent.
  func authorizationPage(clientID: String, redirectURI: String, state: String) -> String {
    authorizationPage + (authorizationPage.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")
      + "client_id=" + PercentEncoding.encode(clientID)
      + "&redirect_uri=" + PercentEncoding.encode(redirectURI)
      + "&state=" + PercentEncoding.encode(state)
  }
}
