internal import CCurl
import Glibc
@testable import PeerID

/// Base URLs and proxy addresses: requests go to the configured host, and over plain HTTP only to this machine.
enum BaseURLTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    var input = FuzzInput(input)
    let allowsPlainHTTP = input.choice([false, true])
    let text = input.text()
    do {
      let endpoints = try Endpoints(baseURL: text, allowsPlainHTTP: allowsPlainHTTP)
      for address in [endpoints.token, endpoints.operations, endpoints.chainRead(query: "api=database")] {
        checkAddress(address, text, endpoints, allowsPlainHTTP)
      }
    } catch {
      check(error.code == .configuration && error.outcome == .notSent, "another error: \(error.message)")
      check(!error.message.contains("@") || !text.contains("@"), "credentials get into a message: \(error.message)")
    }
    if let proxy = try? Proxy(option: text, isLoopback: false), case .address(let address) = proxy {
      check(part(CURLUPART_HOST, of: address, isProxy: true) != nil, "a proxy without a host: \(text)")
    }
  }

  private static func checkAddress(
    _ address: Bytes,
    _ baseURL: String,
    _ endpoints: Endpoints,
    _ allowsPlainHTTP: Bool
  ) {
    check(address.withBytes { $0.allSatisfy { 0x21..<0x7F ~= $0 } }, "an address has spaces: \(address.text)")
    let base = Bytes(baseURL)
    for which in [CURLUPART_HOST, CURLUPART_PORT] {
      check(part(which, of: address) == part(which, of: base), "another server: \(address.text)")
    }
    check(part(CURLUPART_USER, of: address) == nil, "an address has a user: \(address.text)")
    check(part(CURLUPART_PATH, of: address)?.contains("/api/v1/") == true, "another path: \(address.text)")
    check((part(CURLUPART_SCHEME, of: address) == "https") == endpoints.usesTLS, "another scheme: \(address.text)")
    guard !endpoints.usesTLS, !allowsPlainHTTP else { return }
    check(isThisMachine(part(CURLUPART_HOST, of: address) ?? ""), "plain HTTP to another machine: \(address.text)")
  }

  private static func part(_ which: CURLUPart, of address: Bytes, isProxy: Bool = false) -> String? {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    let flags = UInt32(CURLU_NON_SUPPORT_SCHEME) | (isProxy ? UInt32(CURLU_GUESS_SCHEME) : 0)
    defer { withExtendedLifetime(address) {} }
    guard curl_url_set(handle, CURLUPART_URL, address.cString, flags) == CURLUE_OK else { return nil }
    var value: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, which, &value, 0) == CURLUE_OK, let value else { return nil }
    defer { curl_free(value) }
    return String(cString: value)
  }

  /// Whether the C library resolves the host to this machine without a name server.
  private static func isThisMachine(_ host: String) -> Bool {
    if host.lowercased() == "localhost" { return true }
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    guard getaddrinfo(name, nil, &hints, &found) == 0, let first = found else { return false }
    defer { freeaddrinfo(first) }
    var text = [CChar](repeating: 0, count: 128)
    let length = first.pointee.ai_addrlen
    guard getnameinfo(first.pointee.ai_addr, length, &text, 128, nil, 0, NI_NUMERICHOST) == 0 else { return false }
    let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return address == "::1" || address.hasPrefix("127.")
  }
}
