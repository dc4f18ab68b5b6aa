import PeerID
import PeerIDSandbox
import Testing

@Suite struct PermissionsPageTests {
  private static let callback = "http://127.0.0.1:8400/callback"
  private let page = "/permissions?client_id=4&redirect_uri=\(callback)&state=a%26b%20c"

  private func code(in location: String?) -> String {
    location?.firstMatch(of: /code=([A-Za-z0-9]+)/).map { String($0.1) } ?? ""
  }

  @Test func `a user signs in and allows and is redirected with a valid code`() throws {
    let server = try TestServer()
    let form = try server.call("GET", page)
    #expect(form.status == 200)
    #expect(form.wire.header("Content-Type") == "text/html; charset=utf-8")
    #expect(form.text.contains("demo betting app"))
    #expect(!form.text.contains("<script"))

    let consent = try server.form(page, "login=bob&password=bob-password")
    #expect(consent.text.contains("<code>bet_place</code>"))
    let ticket = try #require(consent.text.firstMatch(of: /name="ticket" value="([0-9a-f]+)"/)).1

    let answer = try server.form(page, "ticket=\(ticket)&decision=allow")
    #expect(answer.status == 302)
    let location = try #require(answer.wire.header("Location"))
    #expect(location.hasPrefix("\(Self.callback)?code="))
    #expect(location.hasSuffix("&state=a%26b%20c"))
    #expect(try server.signIn("login=bob&password=bob-password&client_id=4").text == #"{"result":null,"status":200}"#)
    #expect(try server.exchange(code(in: location)).status == 200)
    #expect(try server.form(page, "ticket=\(ticket)&decision=allow").status == 200, "a ticket works once")
  }

  @Test func `one request can sign in and allow`() throws {
    let server = try TestServer()
    let answer = try server.form(page, "login=alice&password=alice-password&decision=allow")
    #expect(try server.exchange(code(in: answer.wire.header("Location"))).status == 200)
  }

  @Test func `a denial redirects with an error`() throws {
    let answer = try TestServer().form(page, "decision=deny")
    #expect(answer.status == 302)
    #expect(answer.wire.header("Location") == "\(Self.callback)?error=access_denied&state=a%26b%20c")
  }

  @Test func `without a state in the request, the answer has none`() throws {
    let page = "/permissions?client_id=4&redirect_uri=\(Self.callback)"
    let answer = try TestServer().form(page, "decision=deny")
    #expect(answer.wire.header("Location") == "\(Self.callback)?error=access_denied")
  }

  @Test(arguments: [
    ("login=alice&password=wrong", "Invalid email/username or password"),
    ("login=carol&password=carol-password", "Permission does not exist for this user"),
  ])
  func `a failed sign-in shows the form again with the reason`(body: String, message: String) throws {
    let answer = try TestServer().form(page, body)
    #expect(answer.status == 200)
    #expect(answer.text.contains(message))
    #expect(answer.text.contains(#"type="password""#))
  }

  @Test(arguments: [
    "/permissions", "/permissions?client_id=99&redirect_uri=\(callback)",
    "/permissions?client_id=4&redirect_uri=https://evil.example/", "/permissions?client_id=4",
  ])
  func `an unknown client or redirect URI shows an error page and never redirects`(target: String) throws {
    let server = try TestServer()
    for answer in [try server.call("GET", target), try server.form(target, "decision=deny")] {
      #expect(answer.status == 400)
      #expect(answer.wire.header("Location") == nil)
      #expect(answer.wire.header("Content-Type") == "text/html; charset=utf-8")
    }
  }

  @Test func `all input is escaped in the page`() throws {
    let attack = "%3Cscript%3E%22%27%26"
    let server = try TestServer()
    let pages = [
      try server.form(page, "login=\(attack)&password=x"),
      try server.call("GET", "/permissions?client_id=\(attack)&redirect_uri=x"),
      try server.call("GET", "/permissions?client_id=4&redirect_uri=\(attack)"),
    ]
    for answer in pages {
      #expect(!answer.text.contains("<script>"))
      #expect(answer.text.contains("&lt;script&gt;&quot;&#39;&amp;"))
    }
  }

  @Test func `a redirect URI with a query gets a second question mark, and line breaks are escaped`() throws {
    var fixture = Fixture.demo
    fixture.apps[0].redirectURIs = ["http://127.0.0.1/x?y=1"]
    let server = try TestServer(fixture)
    let page = "/permissions?client_id=4&redirect_uri=http%3A%2F%2F127.0.0.1%2Fx%3Fy%3D1&state=a%0D%0AX-Evil:%201"
    let answer = try server.form(page, "decision=deny")
    #expect(
      answer.wire.header("Location")?.hasPrefix("http://127.0.0.1/x?y=1?error=access_denied&state=a%0D%0A") == true
    )
    #expect(answer.wire.header("X-Evil") == nil)
  }
}
