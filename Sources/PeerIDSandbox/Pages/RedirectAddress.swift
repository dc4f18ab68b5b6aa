internal import PeerID

/// Checks the redirect URIs of the consent page.
extension SandboxState {
  /// Whether the page may redirect to this URL: a registered one, one in the app's domains, or one on the developer's
  /// own machine, which the real server refuses.
  func isRegistered(_ redirectURI: String, of app: Fixture.App) -> Bool {
    if app.redirectURIs.contains(redirectURI) { return true }
    guard let host = Self.host(of: redirectURI) else { return false }
    if settings.allowsLoopbackRedirects, ["localhost", "127.0.0.1", "[::1]"].contains(host) { return true }
    return app.domains.contains { host == $0.lowercased() || host.hasSuffix("." + $0.lowercased()) }
  }

  /// The host of an `http` or `https` address, in lower case.
  private static func host(of address: String) -> String? {
    guard let scheme = address.firstRange(of: "://") else { return nil }
    let name = address[..<scheme.lowerBound].lowercased()
    guard name == "http" || name == "https" else { return nil }
    let authority = address[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // A user name before the host would disguise the actual host.
    guard !authority.contains("@"), !authority.contains("\\") else { return nil }
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end].lowercased() }
    let host = authority.prefix { $0 != ":" }.lowercased()
    return host.isEmpty ? nil : host
  }
}
