import Testing

@testable import PeerID

@Suite struct AuthorizationTests {
  @Test func `the code is taken out of the whole address, whatever else stands there`() throws {
    for url in [
      "https://app.example/cb?code=c%2Fode&state=s", "?state=s&code=c%2Fode#fragment", "x=1&state=s&code=c%2Fode",
    ] {
      #expect(try AuthorizationRedirect.code(in: url, expectedState: "s").text == "c/ode")
    }
  }

  @Test(arguments: [
    ("https://a/cb?code=c", "no state"),
    ("https://a/cb?code=c&state=t", "another state"),
    ("https://a/cb?state=s", "neither a code nor an error"),
    ("https://a/cb?code=&state=s", "neither a code nor an error"),
    ("https://a/cb?code=1&code=2&state=s", "twice"),
    ("https://a/cb?code=%zz&state=s", "broken percent-escape"),
    ("", "no state"),
  ])
  func `an address that does not belong to the request is refused`(url: String, says: String) {
    let error = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: url, expectedState: "s") }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(says) == true)
  }

  @Test func `the user's refusal is told, but only with the right state`() {
    let url = "https://a/cb?error=access_denied&state=s"
    let error = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: url, expectedState: "s") }
    #expect(error?.code == .rejected && error?.message.contains("access_denied") == true)
    let foreign = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: url, expectedState: "t") }
    #expect(foreign?.code == .invalidArgument)
  }

  @Test(arguments: [
    ("https://peerid.example", true), ("https://peerid.example:8443/base/", true), ("http://127.0.0.1:1", true),
    ("http://localhost", true), ("http://[::1]:80", true), ("http://peerid.example", false),
    ("http://127.0.0.1.evil.example", false), ("ftp://x", false), ("peerid.example", false), ("https://", false),
    ("https://user:pw@host", false), ("https://host/?q", false), ("https://ho st", false),
    ("http://localhost.evil", false),
  ])
  func `base URLs that would leak or cannot work are refused`(url: String, isFine: Bool) {
    let endpoints = try? Endpoints(baseURL: url, allowsPlainHTTP: false)
    #expect((endpoints != nil) == isFine)
  }

  @Test(arguments: [
    (#"[["1.3.0"],true]"#, "params%5B0%5D%5B%5D=1.3.0&params%5B1%5D=true"),
    (#"["a b",7,-1.5]"#, "params%5B0%5D=a%20b&params%5B1%5D=7&params%5B2%5D=-1.5"),
    (#"[[["1.2.0","x"]]]"#, "params%5B0%5D%5B0%5D%5B%5D=1.2.0&params%5B0%5D%5B0%5D%5B%5D=x"),
    (#"[{"limit":5}]"#, "params%5B0%5D%5Blimit%5D=5"),
    ("[]", ""),
    ("", ""),
  ])
  func `parameters of a chain read become bracket keys`(json: String, query: String) throws {
    let text = try Bytes(json).withBytes { try ChainReadQuery(api: "database", method: "m", parameters: $0).text }
    #expect(text == "api=database&method=m" + (query.isEmpty ? "" : "&" + query))
  }

  @Test(arguments: ["{}", "[null]", "[[]]", "[{}]", "[[[[[1]]]]]", "7", "[1"])
  func `parameters that the server cannot be sent are refused`(json: String) {
    #expect(throws: PeerIDError.self) {
      try Bytes(json).withBytes { (bytes) throws(PeerIDError) in
        _ = try ChainReadQuery(api: "database", method: "m", parameters: bytes)
      }
    }
  }
}
