import PeerID
import PeerIDSandbox
import Testing

@Suite struct PagesTests {
  private let html = [("Accept", "text/html,application/xhtml+xml")]
  private let page = "/permissions?client_id=4&redirect_uri=http%3A%2F%2Flocalhost%3A5000%2Fcb&state=x"

  @Test func `the dashboard is sent when HTML is requested`() throws {
    let server = try TestServer()
    #expect(try server.call("GET", "/", headers: html).text.contains("<title>PeerID sandbox</title>"))
    #expect(try server.call("GET", "/").status == 405)
    #expect(server.sandbox.requestCount("GET /") == 1)
  }

  @Test func `the callback page shows its parameters as text`() throws {
    let answer = try TestServer().call("GET", "/callback?code=abc&state=%3Cb%3E", headers: html)
    #expect(answer.text.contains("<code>abc</code>"))
    #expect(answer.text.contains("&lt;b&gt;"))
  }

  @Test func `the authorization page can have its own port`() throws {
    let sandbox = try Sandbox(pagePort: 0, idleSeconds: 0)
    let pagePort = try #require(sandbox.authorizationPage.split(separator: ":").last?.split(separator: "/").first)
    let pages = try TestConnection(port: try #require(UInt16(pagePort)), of: sandbox)
    #expect(try pages.request("GET", page, headers: [], body: nil).status == 200)
    let other = try TestConnection(port: try #require(UInt16(pagePort)), of: sandbox)
    #expect(try other.request("GET", "/api/v1/app/blockchain-data", headers: [], body: nil).status == 405)
    let interface = try TestConnection(port: sandbox.port, of: sandbox)
    #expect(try interface.request("GET", page, headers: [], body: nil).status == 405)
  }

  @Test(arguments: [
    ("http%3A%2F%2Flocalhost%3A5000%2Fcb", 200), ("http%3A%2F%2F%5B%3A%3A1%5D%3A5000%2Fcb", 200),
    ("https%3A%2F%2Fshop.example%2Fcb", 200), ("https%3A%2F%2Fwww.shop.example%2Fcb", 200),
    ("https%3A%2F%2Fshop.example.evil.example%2F", 400), ("http%3A%2F%2Flocalhost%40evil.example%2F", 400),
    ("ftp%3A%2F%2Flocalhost%2F", 400),
  ])
  func `loopback addresses and the app's domains are valid redirects`(address: String, status: Int) throws {
    var fixture = Fixture.demo
    fixture.apps[0].domains = ["shop.example"]
    let server = try TestServer(fixture)
    #expect(try server.call("GET", "/permissions?client_id=4&redirect_uri=\(address)").status == status)
  }

  @Test func `a setting makes Cancel do nothing, as on the real page`() throws {
    let server = try TestServer()
    #expect(try server.form(page, "decision=deny").status == 302)
    server.sandbox.configure { $0.cancelRedirects = false }
    #expect(try server.form(page, "decision=deny").status == 200)
  }

  @Test func `a limited user cannot link more than 15 operations on the page`() throws {
    var fixture = Fixture.demo
    fixture.users[1].joinAnswer = .limited
    let server = try TestServer(fixture)
    let body = "login=bob&password=bob-password&decision=allow"
    let answer = try server.form(page, body)
    #expect(answer.status == 400)
    #expect(answer.text.contains("Max operations that can be linked to this user will be reached"))
    #expect(try server.form(page.replacing("client_id=4", with: "client_id=5"), body).status == 302)
  }

  @Test func `a misspelt path of the sandbox gets a suggestion`() throws {
    let server = try TestServer()
    #expect(try server.call("GET", "/sandbox/state").json?["users"]?.count == 6)
    #expect(try server.call("GET", "/sandbox/stte").text.contains(#"did you mean \"state\"?"#))
  }
}
