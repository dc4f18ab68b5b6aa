import ArgumentParser
import Testing

@testable import peerid_command

@Suite("Which server, application and user")
struct SettingsTests {
  private let profile = Profile(
    baseURL: "https://profile.example",
    clientID: "1",
    secret: .file("secret"),
    user: "carol",
    options: ["b": "2", "a": "1"]
  )

  private func settings(_ arguments: [String], _ environment: [String: String], _ profile: Profile?) throws -> Settings
  {
    try Settings(try CommonOptions.parse(arguments), environment: { environment[$0] }, profile: profile)
  }

  @Test("the command line comes before the environment, and the environment before the profile")
  func precedence() throws {
    let environment = ["PEERID_BASE_URL": "https://env.example", "PEERID_CLIENT_ID": "2", "PEERID_USER": "bob"]
    let fromProfile = try settings([], [:], profile)
    #expect(
      [fromProfile.baseURL, fromProfile.clientID, fromProfile.user] == ["https://profile.example", "1", "carol"]
    )
    let fromEnvironment = try settings([], environment, profile)
    #expect(
      [fromEnvironment.baseURL, fromEnvironment.clientID, fromEnvironment.user] == ["https://env.example", "2", "bob"]
    )
    let arguments = ["--base-url", "https://line.example", "--client-id", "3", "-u", "alice"]
    let fromLine = try settings(arguments, environment, profile)
    #expect([fromLine.baseURL, fromLine.clientID, fromLine.user] == ["https://line.example", "3", "alice"])
  }

  @Test("the secret of the environment comes before the profile's")
  func secret() throws {
    #expect(try settings([], [:], profile).secret == .file("secret"))
    #expect(try settings([], ["PEERID_CLIENT_SECRET": "x"], profile).secret == .variable("PEERID_CLIENT_SECRET"))
  }

  @Test("options of the command line override the profile's")
  func options() throws {
    let options = try settings(["--option", "a=3=4"], [:], profile).options
    #expect(options.map(\.name) == ["a", "b", "a"])
    #expect(options.last?.value == "3=4")
  }

  @Test("a slash at the end of the address does not name another server")
  func slash() throws {
    let urls = try ["https://h", "https://h/", "https://h//"].map {
      try settings(["--base-url", $0, "--client-id", "4"], [:], nil).baseURL
    }
    #expect(Set(urls) == ["https://h"])
  }

  @Test("a session is found without its user's name when it is the only one of the application")
  func choice() throws {
    let settings = try settings(["--base-url", "https://h", "--client-id", "4"], [:], nil)
    let alice = SessionKey(user: "alice", clientID: "4", baseURL: "https://h")
    let others = [
      SessionKey(user: "bob", clientID: "5", baseURL: "https://h"),
      SessionKey(user: "carol", clientID: "4", baseURL: "https://i"),
    ]
    #expect(try Workspace.choose(among: others + [alice], settings) == "alice")
    #expect(throws: Failure.self) { try Workspace.choose(among: others, settings) }
    let two = [alice, SessionKey(user: "bob", clientID: "4", baseURL: "https://h")]
    #expect(throws: Failure.self) { try Workspace.choose(among: two, settings) }
  }

  @Test("a session's key is read as it was written, even with blanks in the user name")
  func key() {
    let key = SessionKey(user: "a b", clientID: "4", baseURL: "https://h")
    #expect(SessionKey(key.text) == key)
    for text in ["", "alice", "https://h 4", "https://h  alice"] { #expect(SessionKey(text) == nil) }
  }
}
