internal import CCurl
internal import CLinux

/// A URL as libcurl reads it: whatever is decided about an address is decided from what libcurl will connect to.
struct ServerAddress: Sendable {
  /// In lower case.
  let scheme: String
  /// The host as libcurl names it; an IPv6 address in brackets.
  let host: String
  /// The whole URL in libcurl's form, without a `/` at its end.
  let text: String
  let path: String
  let holdsCredentials: Bool
  let holdsQueryOrFragment: Bool

  /// Why a URL cannot be used.
  struct Problem: Error {
    let reason: String
  }

  /// Reads `url`. With `defaultScheme` it may lack its scheme, as the address of a proxy may.
  init(_ url: String, defaultScheme: Bool = false) throws(Problem) {
    guard let handle = curl_url() else { throw Problem(reason: "memory ran out") }
    defer { curl_url_cleanup(handle) }
    // Other scripts in a host name would be sent in another form than the one that is shown.
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
    scheme = (part(CURLUPART_SCHEME) ?? "").lowercased()
    host = part(CURLUPART_HOST) ?? ""
    path = part(CURLUPART_PATH) ?? ""
    holdsCredentials = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
    holdsQueryOrFragment = url.contains("?") || url.contains("#")
    guard !host.isEmpty else { throw Problem(reason: "it has no host") }
    // libcurl resolves the escapes of a host.
    guard Self.isPlain(host) else { throw Problem(reason: "its host holds an escaped character") }
    if part(CURLUPART_PORT) == "0" { throw Problem(reason: "its port is 0") }
    var text = part(CURLUPART_URL) ?? ""
    while text.hasSuffix("/") { text.removeLast() }
    self.text = text
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21..<0x7F ~= $0 } }

  /// Whether the host is this machine by every reading: libcurl takes `localhost` for it without asking a name server.
  var isLoopback: Bool {
    if host.lowercased() == "localhost" || host == "[::1]" { return true }
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return false }
    return UInt32(bigEndian: address.s_addr) >> 24 == 127
  }
}
