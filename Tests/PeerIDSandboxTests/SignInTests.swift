import PeerID
import PeerIDSandbox
import Testing

@Suite struct SignInTests {
  @Test func `the token object has the ten members of the backend`() throws {
    let answer = try TestServer().signIn("login=alice&password=alice-password&client_id=4")
    let members = answer.result?.members.map(\.key)
    #expect(
      members == [
        "id", "token", "scope", "expires", "refresh_token", "createdAt", "updatedAt", "app_id", "user_id",
        "grantcode_id",
      ]
    )
    #expect(answer.token("token").wholeMatch(of: /[A-Za-z0-9]{124}/) != nil)
    #expect(answer.token("refresh_token").wholeMatch(of: /[A-Za-z0-9]{124}/) != nil)
    #expect(answer.token("expires").wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    #expect(answer.result?["scope"]?.elements.allSatisfy { $0.kind == .integer } == true)
    #expect(answer.result?["app_id"]?.integer == 4)
  }

  @Test func `a JSON body signs in as a form does`() throws {
    let body = #"{"login":"alice","password":"alice-password","client_id":4,"unknown":true}"#
    #expect(try TestServer().json("/api/v1/auth/token", body).token("token") == Demo.aliceAccess4)
  }

  @Test func `the query string is ignored unless the settings accept it`() throws {
    let server = try TestServer()
    let target = "/api/v1/auth/token?login=alice&password=alice-password&client_id=4"
    let refused = try server.call("POST", target)
    #expect(refused.status == 400)
    let required = #""\"value\" is required""#
    #expect(refused.error == "{\"login\":\(required),\"client_id\":\(required)}")
    server.sandbox.configure { $0.acceptsQuery = true }
    #expect(try server.call("POST", target).token("token") == Demo.aliceAccess4)
  }

  @Test func `the e-mail address is compared in lower case and the username as it is`() throws {
    let server = try TestServer()
    #expect(try server.signIn("login=Alice@Example.COM&password=alice-password&client_id=4").status == 200)
    let answer = try server.signIn("login=Alice&password=alice-password&client_id=4")
    #expect(answer.error == #"{"login":"User not found"}"#)
  }

  /// Swift's `String` equates each pair: an accent as a character of its own, and the Kelvin sign.
  @Test func `texts are compared by their bytes`() throws {
    var fixture = Fixture.demo
    fixture.users[0].username = "caf\u{E9}"
    fixture.users[0].email = "caf\u{E9}@example.com"
    fixture.users[0].password = "caf\u{E9}"
    fixture.apps[0].clientSecret = "K"
    fixture.joins = []
    fixture.tokens = [
      Fixture.Token(username: "caf\u{E9}", clientID: 4, accessToken: "accessK", refreshToken: "refreshK")
    ]
    fixture.codes = [Fixture.Code(code: "codeK", username: "caf\u{E9}", clientID: 4)]
    let server = try TestServer(fixture)
    let (composed, decomposed, kelvin) = ("caf%C3%A9", "cafe%CC%81", "%E2%84%AA")
    for login in [composed, composed + "@example.com"] {
      #expect(try server.signIn("login=\(login)&password=\(composed)&client_id=4").token("token") == "accessK")
      #expect(try server.signIn("login=\(login)&password=\(decomposed)&client_id=4").status == 400)
    }
    for login in [decomposed, decomposed + "@example.com"] {
      let answer = try server.signIn("login=\(login)&password=\(composed)&client_id=4")
      #expect(answer.error == #"{"login":"User not found"}"#)
    }
    #expect(try server.isAccepted("accessK"))
    #expect(try !server.isAccepted("access\u{212A}"))
    #expect(try server.exchange("code" + kelvin, secret: "K").status == 400)
    #expect(try server.exchange("codeK", secret: kelvin).status == 400)
    #expect(try server.exchange("codeK", secret: "K").status == 200)
    #expect(try server.refresh("refresh" + kelvin, secret: "K").status == 400)
    #expect(try server.refresh("refreshK", secret: "K").status == 200)
  }

  @Test(arguments: ["%2B16045550101", "6045550101", "(604)%20555-0101", "16045550101"])
  func `a mobile number is normalized and can replace the password`(mobile: String) throws {
    let answer = try TestServer().signIn("login=alice&mobile=\(mobile)&client_id=4")
    #expect(answer.token("token") == Demo.aliceAccess4)
  }

  @Test(arguments: [
    "login=alice&password=wrong&client_id=4",
    "login=alice&mobile=6045550102&client_id=4",
    "login=alice&password=alice-password&mobile=6045550102&client_id=4",
    "login=alice&password=wrong&mobile=6045550101&client_id=4",
    "login=bob&mobile=6045550101&client_id=4",
  ])
  func `a wrong password or mobile number is refused and both are checked`(body: String) throws {
    let answer = try TestServer().signIn(body)
    #expect(answer.status == 400)
    #expect(answer.error == #"{"login":"Invalid email/username or password"}"#)
  }

  @Test func `without password and mobile number both are reported`() throws {
    let answer = try TestServer().signIn("login=alice&client_id=4")
    #expect(answer.json?["error"]?.members.map(\.key) == ["mobile", "password"])
  }

  @Test func `a user without the chain permission is 401 with an object`() throws {
    let answer = try TestServer().signIn("login=carol&password=carol-password&client_id=4")
    #expect(answer.status == 401)
    #expect(answer.error == #"{"login":"Permission does not exist for this user"}"#)
  }

  @Test func `checks that need the database stop at the first one that fails`() throws {
    let answer = try TestServer().signIn("login=nobody&password=x&client_id=99")
    #expect(answer.status == 400)
    #expect(answer.error == #"{"login":"User not found"}"#)
  }

  @Test(arguments: [
    (#"{"login":5,"password":"x","client_id":4}"#, #"{"login":"\"value\" must be a string"}"#),
    (#"{"login":null,"password":"x","client_id":4}"#, #"{"login":"\"value\" must be a string"}"#),
    (#"{"login":"","password":"x","client_id":4}"#, #"{"login":"\"value\" is not allowed to be empty"}"#),
    (#"{"login":"alice","password":"x","client_id":"x"}"#, #"{"client_id":"\"value\" must be a number"}"#),
    (#"{"login":"alice","password":"x","client_id":4.5}"#, #"{"client_id":"\"value\" must be an integer"}"#),
  ])
  func `values of another type are reported as joi does`(body: String, error: String) throws {
    let answer = try TestServer().json("/api/v1/auth/token", body)
    #expect(answer.status == 400)
    #expect(answer.error == error)
  }

  @Test func `signing in again returns the stored pair`() throws {
    let server = try TestServer()
    let body = "login=bob&password=bob-password&client_id=4"
    let first = try server.signIn(body)
    #expect(first.token("token").count == 124)
    #expect(try server.signIn(body).token("token") == first.token("token"))
  }

  @Test func `the stored pair may have expired and can be refreshed`() throws {
    let server = try TestServer()
    let answer = try server.signIn("login=erin&password=erin-password&client_id=4")
    #expect(answer.status == 200)
    #expect(answer.token("token") == Demo.erinAccess4)
    #expect(try !server.isAccepted(Demo.erinAccess4))
    #expect(try server.isAccepted(server.refresh(Demo.erinRefresh4).token("token")))
  }

  @Test func `a user who joined on the web and never exchanged the code gets null`() throws {
    let server = try TestServer()
    let answer = try server.signIn("login=dave&password=dave-password&client_id=4")
    #expect(answer.text == #"{"result":null,"status":200}"#)
    let exchanged = try server.exchange(Demo.daveCode4)
    #expect(
      try server.signIn("login=dave&password=dave-password&client_id=4").token("token") == exchanged.token("token")
    )
  }

  @Test func `a first sign-in can be refused by the chain or by the limit on operations`() throws {
    var fixture = Fixture.demo
    fixture.users[1].joinAnswer = .refused
    fixture.users[3].joinAnswer = .full
    let server = try TestServer(fixture)
    let refused = try server.signIn("login=bob&password=bob-password&client_id=4")
    #expect(refused.text == #"{"error":"server side error","status":500}"#)
    let full = try server.signIn("login=dave&password=dave-password&client_id=5")
    #expect(full.status == 400)
    #expect(full.error == #"{"user":"Max operations that can be linked to this user reached"}"#)
  }
}
