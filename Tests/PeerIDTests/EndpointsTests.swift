import Testing

@testable import PeerID

@Suite struct EndpointsTests {
  @Test(
    "plain HTTP is allowed only to hosts that libcurl parses as loopback",
    arguments: [
      ("http://localhost:8080", true), ("http://LOCALHOST", true), ("http://127.0.0.1", true),
      ("http://127.9.8.7", true),
      ("http://[::1]:8080", true), ("http://[0:0:0:0:0:0:0:1]", true), ("http://127.1", true), ("http://0x7f.1", true),
      ("http://127.0.0.+1", false), ("http://127.a.evil.com", false), ("http://127.0.0.1.evil.com", false),
      ("http://localhost.evil.com", false), ("http://128.0.0.1", false), ("http://[::2]", false),
      ("http://[::ffff:10.0.0.1]", false), ("http://127.0.0.1e0", false), ("http://peerid.example", false),
      ("http://2130706433", true), ("http://0", false),
    ]
  )
  func loopback(url: String, isLoopback: Bool) {
    let endpoints = try? Endpoints(baseURL: url, allowsPlainHTTP: false)
    #expect((endpoints != nil) == isLoopback)
    if let endpoints { #expect(endpoints.isLoopback) }
  }

  @Test(
    "a base URL that cannot work is refused with the reason",
    arguments: [
      ("peerid.example", "has no scheme"), ("ftp://peerid.example", "scheme 'ftp'"),
      ("file:///etc/passwd", "not usable"),
      ("https://", "not usable"), ("https://peerid.example/api/v1", "leave out all from there on"),
      ("https://peerid.example/api/v1/", "leave out all from there on"),
      ("https://peerid.example/api/v1/app/operations", "leave out all from there on"),
      ("https://peerid.example/x/API/V1//", "leave out all from there on"),
      ("https://peerid.example:99999", "not usable"), ("https://peerid.example:0", "port is 0"),
      ("https://peerid.example:80a", "not usable"), ("https://peerid.example?a=b", "query"),
      ("https://peerid.example/#x", "fragment"), ("https://peerid .example", "%xx"), ("https://pé.example", "%xx"),
      ("https://alice:geheim@peerid.example", "without user"), ("http://peerid.example", "allow_http=true"),
      ("geheim", "has no scheme"), ("https://peerid.example/?code=geheim", "query"),
      ("https://peerid.example/#geheim", "fragment"), ("geheim://@", "scheme"),
    ]
  )
  func refusals(url: String, reason: String) {
    let error = #expect(throws: PeerIDError.self) { try Endpoints(baseURL: url, allowsPlainHTTP: false) }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("geheim") == false)
  }

  @Test(arguments: ["4", " 4", "4\n", "geheim", nil])
  func `a secret that is passed as the id is not shown`(secret: String?) {
    let error = #expect(throws: PeerIDError.self) {
      try Configuration(baseURL: "https://peerid.example", clientID: "geheim", clientSecret: secret)
    }
    #expect(error?.message.contains("not the number of an application") == true)
    #expect(error?.message.contains("geheim") == false)
  }

  @Test(
    "paths are kept, trailing slashes are removed",
    arguments: [
      ("https://peerid.example", "https://peerid.example/api/v1/app/operations"),
      ("https://peerid.example///", "https://peerid.example/api/v1/app/operations"),
      ("HTTPS://peerid.example:8443/test/", "https://peerid.example:8443/test/api/v1/app/operations"),
      ("https://peerid.example/a/../b", "https://peerid.example/b/api/v1/app/operations"),
    ]
  )
  func addresses(url: String, operations: String) throws {
    let endpoints = try Endpoints(baseURL: url, allowsPlainHTTP: false)
    #expect(endpoints.operations.text == operations)
  }
}

@Suite struct OptionTests {
  @Test(
    "an unknown option is reported with the nearest known ones",
    arguments: [
      ("timeout", ["connect_timeout_ms", "request_timeout_ms", "refresh_timeout_ms", "idle_connection_timeout_s"]),
      ("request_timout_ms", ["request_timeout_ms"]), ("connect_timeout", ["connect_timeout_ms"]),
      ("ca-file", ["ca_file"]), ("cafile", ["ca_file"]), ("http_proxy", ["http_version", "proxy", "allow_http"]),
      ("prxy", ["proxy"]),
      ("retries", []), ("x", []), ("", []), ("verify", []), (String(repeating: "timeout_", count: 10_000), []),
    ]
  )
  func hints(name: String, nearest: [String]) {
    #expect(OptionTable.nearest(to: name) == nearest)
  }

  @Test(
    "a number within the documented limits is accepted, and any other is refused",
    arguments: [
      ("connect_timeout_ms", 1, 3_600_000), ("request_timeout_ms", 1, 3_600_000), ("refresh_timeout_ms", 1, 3_600_000),
      ("refresh_window_ms", 0, 8_640_000_000), ("refresh_probe_delay_ms", 0, 3_600_000),
      ("idle_connection_timeout_s", 0, 3600), ("max_idle_connections", 0, 100_000), ("max_in_flight", 1, 10_000_000),
      ("max_active_requests", 1, 10_000), ("max_response_bytes", 1024, 1_073_741_824),
    ]
  )
  func bounds(name: String, minimum: Int64, maximum: Int64) throws {
    var options = Options()
    for value in [minimum, minimum + 1, maximum - 1, maximum] {
      try OptionTable.set(name, to: String(value), in: &options)
    }
    for value in [minimum - 1, maximum + 1] {
      let error = #expect(throws: PeerIDError.self) { try OptionTable.set(name, to: String(value), in: &options) }
      #expect(error?.code == .configuration && error?.message.contains("'\(name)'") == true)
    }
  }

  @Test("every numeric option is in the table above")
  func numbers() {
    let numbers = OptionTable.all.filter { if case .integer = $0.kind { true } else { false } }
    #expect(numbers.count == 10)
  }

  @Test("every default is a valid value of its option")
  func defaults() throws {
    for option in OptionTable.all {
      var options = Options()
      try OptionTable.set(option, to: option.defaultValue, in: &options)
    }
    #expect(Options().requestTimeoutMilliseconds == 30_000)
    #expect(Options().maximumResponseBytes == 4 * 1024 * 1024)
  }

  @Test(
    "a proxy is checked when the client is created, and its password is never shown",
    arguments: [
      ("ftp://alice:geheim@proxy.example", "scheme 'ftp'"), ("http://alice:geheim@proxy.example:99999", "Port"),
      ("http://", "address of a proxy"), ("http://alice:geheim@", "address of a proxy"), ("http://a b", "%xx"),
      ("http://alice:12/geheim@proxy.example", "write / as %2F"), ("http://alice:12?geheim@proxy.example", "%3F"),
      ("alice:12#geheim@proxy.example", "%23"), ("http://alice:geheim@proxy.example/path", "path"),
    ]
  )
  func badProxies(option: String, reason: String) {
    let error = #expect(throws: PeerIDError.self) { try Proxy(option: option, isLoopback: false) }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains("'proxy'") == true)
    #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("geheim") == false)
  }

  @Test(
    "the environment's proxy is not used for a host that may be this machine",
    arguments: [
      ("localhost.", true), ("shop.localhost", true), ("shop.LOCALHOST.", true), ("0", true), ("0.0.0.0", true),
      ("127.0.1.1", true), ("[::]", true), ("[::1]", true), ("[::ffff:127.0.0.1]", true), ("[::127.0.0.1]", true),
      ("[::ffff:10.0.0.1]", false), ("[::ff7f:1]", false), ("[fe80::1]", false), ("10.0.0.1", false),
      ("128.0.0.1", false), ("notlocalhost", false), ("localhost.example", false), ("[1::7f00:1]", false),
    ]
  )
  func readings(host: String, mayBeLoopback: Bool) throws {
    let endpoints = try Endpoints(baseURL: "http://\(host):8080", allowsPlainHTTP: true)
    #expect(endpoints.isLoopback == mayBeLoopback)
  }

  @Test(
    "the password of a proxy is known byte for byte",
    arguments: [
      ("http://u:p%40ss@proxy", "p%40ss"), ("u:pass@proxy:1", "pass"), ("proxy", nil), ("http://u@proxy", "u"),
      ("http://key:@proxy", "key"), ("http://u:p%FFss@proxy", "p%FFss"), ("http://u:p%0Ass@proxy", "p%0Ass"),
    ]
  )
  func proxyPasswords(option: String, password: String?) throws {
    #expect(try Proxy(option: option, isLoopback: false).passwords.map(\.text) == [password].compactMap(\.self))
    // As in the environment, where libcurl takes any bytes.
    #expect(Proxy.address(Bytes(option.replacing("ss", with: "пä"))).passwords.count == (password == nil ? 0 : 1))
    let raw: [UInt8] = Array("http://u:geh".utf8) + [0xFF, 0x80] + Array("@proxy".utf8)
    let passwords = Proxy.address(raw.withUnsafeBytes { Bytes($0) }).passwords
    #expect(passwords.map { Array($0.raw) } == [Array("geh".utf8) + [0xFF, 0x80]])
  }

  @Test("a server on this machine is reached through a proxy only when one is configured")
  func loopbackProxies() throws {
    if case .none = try Proxy(option: "", isLoopback: true) {} else { Issue.record("a proxy is used") }
    if case .fromEnvironment = try Proxy(option: "", isLoopback: false) {} else { Issue.record("no proxy is used") }
    if case .none = try Proxy(option: "none", isLoopback: false) {} else { Issue.record("'none' selects a proxy") }
    for option in [
      "proxy.example", "proxy.example:3128", "http://[::1]:1", "http://proxy/", "socks5h://p", "https://u:p@proxy",
    ] {
      if case .address = try Proxy(option: option, isLoopback: true) {} else { Issue.record("\(option)") }
    }
  }
}
