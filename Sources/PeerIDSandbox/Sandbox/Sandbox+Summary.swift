internal import PeerID
import Glibc

extension Sandbox {
  /// One line of JSON with everything that a test in another language needs: the URL and the fixture.
  public var summary: String {
    let fixture = core.state.withLock { $0.fixture }
    guard case .object(let members) = fixture.literal else { return "{}" }
    let first: [(String, JSONLiteral)] = [
      ("url", .string(url)),
      ("authorization_page", .string(authorizationPage)),
      ("controls", .string(url + HTTPRequest.controlPrefix)),
      ("process", .integer(Int64(getpid()))),
    ]
    return JSONLiteral.object(first + members).compactText.text
  }
}
