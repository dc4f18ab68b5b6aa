internal import CCurl
internal import CLinux

/// A URL as libcurl parses it. All decisions about a URL use this, so that they match what libcurl connects to.
struct ServerAddress: Sendable {
  /// The scheme in lower case.
  let scheme: String
  /// The host as libcurl writes it. An IPv6 address is in brackets.
  let host: String
  /// The whole URL as libcurl writes it, without a `/` at its end.
  let text: String
  let path: String
  let holdsCredentials: Bool
  let holdsQueryOrFragment: Bool

  /// Why a URL cannot be used.
  struct Problem: Error {
    let reason: String
  }

  /// Parses `url`. With `defaultScheme` the scheme may be missing, as in the URL of a proxy.
  init(_ url: String, defaultScheme: Bool = false) throws(Problem) {
    guard let handle = curl_url() else { throw Problem(reason: "memory ran out") }
    defer { curl_url_cleanup(handle) }
    // libcurl converts non-ASCII host names, so the name that it uses would not be the one that is checked.
    guard Self.isPlain(url) else {
      throw Problem(reason: "it holds a character that a URL must write as %xx")
    }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME) | (defaultScheme ? UInt32(CURLU_GUESS_SCHEME) : 0)
    let code = curl_url_set(handle, CURLUPART_URL, url, flags)
    guard code == CURLUE_OK else { throw Problem(reason: String(cString: curl_url_strerror(code))) }
    func part(_ which: CURLUPart) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, which, &value, 0) == CURLUE_OK, let value else { return nil }
      defer { curl_free(value) }
      return String(cString: value)
    }
    scheme = (part(CURLUPART_SCHEME) ?? "").asciiLowercased
    host = part(CURLUPART_HOST) ?? ""
    path = part(CURLUPART_PATH) ?? ""
    holdsCredentials = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
    holdsQueryOrFragment = url.utf8.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    guard !host.isEmpty else { throw Problem(reason: "it has no host") }
    // libcurl decodes escapes in a host.
    guard Self.isPlain(host) else { throw Problem(reason: "its host holds an escaped character") }
    if part(CURLUPART_PORT) == "0" { throw Problem(reason: "its port is 0") }
    let text = part(CURLUPART_URL) ?? ""
    let slashes = text.utf8.reversed().prefix { $0 == UInt8(ascii: "/") }.count
    self.text = String(decoding: text.utf8.dropLast(slashes), as: UTF8.self)
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21..<0x7F ~= $0 } }

  /// Whether the host is this machine by at least one interpretation.
  var mayBeLoopback: Bool {
    let name = host.asciiLowercased
    if isLoopback || name == "localhost." || name.ends(with: ".localhost") || name.ends(with: ".localhost.") {
      return true
    }
    // An IPv6 address can contain an IPv4 address after zeros or `ffff`.
    var bytes: [UInt8] = Array(repeating: 0, count: 16)
    let isRead = bytes.withUnsafeMutableBytes { bytes in
      inet_pton(AF_INET, host, bytes.baseAddress.map { $0 + 12 }) == 1
        || inet_pton(AF_INET6, String(Substring(host.utf8.dropFirst().dropLast())), bytes.baseAddress) == 1
    }
    guard isRead else { return false }
    let isIPv4 = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == bytes[11] && [0, 0xFF].contains(bytes[10])
    // On Linux, 0.0.0.0 and :: also mean this machine.
    return isIPv4 && [0, 127].contains(bytes[12])
  }

  /// Whether the host is certainly this machine. For `localhost` libcurl does not ask a name server.
  var isLoopback: Bool {
    if host.asciiLowercased == "localhost" || host == "[::1]" { return true }
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return false }
    return UInt32(bigEndian: address.s_addr) >> 24 == 127
  }
}
