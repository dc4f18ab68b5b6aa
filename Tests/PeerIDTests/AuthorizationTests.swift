import Glibc
import Testing

@testable import PeerID

@Suite struct AuthorizationTests {
  @Test(arguments: [
    "https://app.example/cb?code=c%2Fode&state=s", "?state=s&code=c%2Fode#fragment", "x=1&state=s&code=c%2Fode",
    // A redirect URI with a query, to which the page appends another `?`.
    "https://shop.example/cb?tenant=1?code=c%2Fode&state=s", "https://shop.example/cb?tenant=1&code=c%2Fode&state=s",
    "https://shop.example/cb?next=/a?b=1&x=100%?code=c%2Fode&state=s#_=_",
    // The redirect URI has parameters with the names that the page appends.
    "https://shop.example/cb?code=own&state=own?code=c%2Fode&state=s", "https://a/cb?error=own?code=c%2Fode&state=s",
    "https://a/cb?state=own?state=s&code=c%2Fode", "https://a/cb?code=own&code=c%2Fode&state=s",
    "https://a/cb?error=0&state=own?code=c/ode&state=s&x=%zz",
    // Percent-encoded names, and an application that keeps its route in the fragment.
    "https://a/cb?co%64e=c%2Fod%65&st%61te=%73", "https://a/#/cb?code=c%2Fode&state=s",
    "https://a/cb?x=1#/cb?code=c%2Fode&state=s", "https://a/cb?code=c%2Fode&state=s#?code=other&state=s",
    "https://a/cb?tenant=1?code=c%2Fode&state=s&", "https://a/cb??code=c%2Fode&state=s",
  ])
  func `the code is found in any address`(url: String) throws {
    #expect(try AuthorizationRedirect.code(in: Bytes(url), expectedState: "s").text == "c/ode")
  }

  /// Anybody can write the address that the browser sends, so the time to read it must grow linearly with its length.
  @Test(arguments: ["code=a&", "error=a&", "?code=", "state=s&", "%61&", "?"])
  func `an address is read in one pass`(part: String) throws {
    func work(parts: Int) throws -> Int64 {
      let url = Bytes("?" + String(repeating: part, count: parts) + "?state=s&code=c%2Fode")
      var least = Int64.max
      for _ in 0..<3 {
        let begin = processorMicroseconds()
        #expect(try AuthorizationRedirect.code(in: url, expectedState: "s").text == "c/ode")
        least = min(least, processorMicroseconds() - begin)
      }
      return least
    }
    let (short, long) = (try work(parts: 5000), try work(parts: 20_000))
    #expect(long < 9 * short)
  }

  private func processorMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  @Test(arguments: [
    ("https://a/cb?code=c", "no state"),
    ("https://a/cb?code=c&state=t", "another state"),
    ("https://a/cb?state=s", "neither a code nor an error"),
    ("https://a/cb?code=&state=s", "neither a code nor an error"),
    ("https://a/cb?code&state=s", "neither a code nor an error"),
    ("https://a/cb?code=1&state=s&state=s", "'state' more than once"),
    ("https://a/cb?state=s&state=t&code=1", "'state' more than once"),
    ("https://a/cb?state=s?code=1", "no state"),
    ("https://a/cb?code=1&state=s?code=2", "no state"),
    ("https://a/cb?code=1?code=2&state=t", "another state"),
    ("https://a/cb?code=%zz&state=s", "broken percent-escape"),
    ("https://a/cb?code=c&state=%zz", "broken percent-escape"),
    ("", "no state"), ("?", "no state"), ("#", "no state"), ("https://a/cb", "no state"),
  ])
  func `an address that is not an answer to the request is refused`(url: String, says: String) {
    let error = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: Bytes(url), expectedState: "s") }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains(says) == true)
  }

  @Test(arguments: [
    (
      "https://a/cb?error=access_denied&error_description=The+user%20said+no&state=s",
      "access_denied – The user said no"
    ),
    ("https://a/cb?tenant=1?error=access_denied&state=s", "consent was not given: access_denied"),
    ("https://a/cb?code=own?error=server_error&state=s", "server_error"),
    ("https://a/cb?code=c&state=s&error=server_error", "server_error"),
    ("https://a/cb?error_description=why&state=s&error=x%0Ay", "x y – why"),
  ])
  func `an error of the page is reported with its description`(url: String, says: String) {
    let error = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: Bytes(url), expectedState: "s") }
    #expect(error?.code == .rejected && error?.outcome == .notDone)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func `the consent page can be configured`() throws {
    func page(_ page: String, _ allowsPlainHTTP: Bool = false) throws -> String {
      try Endpoints(baseURL: "https://api.example/x", authorizationPage: page, allowsPlainHTTP: allowsPlainHTTP)
        .authorizationPage(clientID: "4", redirectURI: "https://a/b?c", state: "s")
    }
    let query = "client_id=4&redirect_uri=https%3A%2F%2Fa%2Fb%3Fc&state=s"
    #expect(try page("") == "https://api.example/x/permissions?" + query)
    #expect(try page("https://id.example/permissions") == "https://id.example/permissions?" + query)
    #expect(try page("https://id.example/p?lang=en") == "https://id.example/p?lang=en&" + query)
    #expect(try page("http://127.0.0.1:8080/permissions") == "http://127.0.0.1:8080/permissions?" + query)
    #expect(try page("http://id.example/p", true) == "http://id.example/p?" + query)
    for wrong in [
      "id.example/p", "http://id.example/p", "https://u:p@id.example", "https://a/#p", "ftp://a/p", "javascript:x",
    ] {
      let error = #expect(throws: PeerIDError.self) { try page(wrong) }
      #expect(error?.code == .configuration && error?.message.contains("authorization_page") == true)
    }
  }

  @Test func `the user's refusal is reported, but only with the right state`() {
    let url = "https://a/cb?error=access_denied&state=s"
    let error = #expect(throws: PeerIDError.self) { try AuthorizationRedirect.code(in: Bytes(url), expectedState: "s") }
    #expect(error?.code == .rejected && error?.message.contains("access_denied") == true)
    let foreign = #expect(throws: PeerIDError.self) {
      try AuthorizationRedirect.code(in: Bytes(url), expectedState: "t")
    }
    #expect(foreign?.code == .invalidArgument)
  }

  @Test(arguments: [
    ("https://peerid.example", true), ("https://peerid.example:8443/base/", true), ("http://127.0.0.1:1", true),
    ("http://localhost", true), ("http://[::1]:80", true), ("http://peerid.example", false),
    ("http://127.0.0.1.evil.example", false), ("ftp://x", false), ("peerid.example", false), ("https://", false),
    ("https://user:pw@host", false), ("https://host/?q", false), ("https://ho st", false),
    ("http://localhost.evil", false), ("https://h%7Fst", false), ("https://h%C3%BCst", false), ("https://h%6Fst", true),
  ])
  func `base URLs that would leak secrets or cannot work are refused`(url: String, isFine: Bool) {
    let endpoints = try? Endpoints(baseURL: url, allowsPlainHTTP: false)
    #expect((endpoints != nil) == isFine)
  }

  @Test(arguments: [
    (#"[["1.3.0"],true]"#, "params%5B0%5D%5B%5D=1.3.0&params%5B1%5D=true"),
    (#"["a b",7,-1.5]"#, "params%5B0%5D=a%20b&params%5B1%5D=7&params%5B2%5D=-1.5"),
    (#"[[["1.2.0","x"]]]"#, "params%5B0%5D%5B0%5D%5B%5D=1.2.0&params%5B0%5D%5B0%5D%5B%5D=x"),
    (#"[{"limit":5}]"#, "params%5B0%5D%5Blimit%5D=5"),
    (#"[0.1,0.10000000000000001]"#, "params%5B0%5D=0.1&params%5B1%5D=0.10000000000000001"),
    (#"["\n",1e400]"#, "params%5B0%5D=%0A&params%5B1%5D=1e400"),
    ("[9223372036854775808]", "params%5B0%5D=9223372036854775808"),
    ("[]", ""),
    ("", ""),
  ])
  func `parameters of a chain read are encoded as bracket keys`(json: String, query: String) throws {
    let text = try Bytes(json).withBytes { try ChainReadQuery(api: "database", method: "m", parameters: $0).text }
    #expect(text == "api=database&method=m" + (query.isEmpty ? "" : "&" + query))
  }

  @Test(arguments: [
    "{}", "[null]", "[[]]", "[{}]", "[[[[[1]]]]]", "7", "[1", #"[{"":1}]"#, #"[{"a[b]":1}]"#, #"[{"a]":1}]"#,
    #"[{"7":1}]"#,
  ])
  func `parameters that cannot be sent to the server are refused`(json: String) {
    #expect(throws: PeerIDError.self) {
      try Bytes(json).withBytes { (bytes) throws(PeerIDError) in
        _ = try ChainReadQuery(api: "database", method: "m", parameters: bytes)
      }
    }
  }
}
