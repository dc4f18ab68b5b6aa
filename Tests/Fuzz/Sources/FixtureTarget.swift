@testable import PeerID
@testable import PeerIDSandbox

/// Fixtures of the sandbox: refused with a position, or read, written and read again without a change.
enum FixtureTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    do {
      let fixture = try Fixture(json: String(decoding: input, as: UTF8.self))
      let written = fixture.json
      let again = try Fixture(json: written)
      check(again.json == written, "a fixture changes: \(written)")
      let overview = SandboxState(fixture).overview.compactText
      check((try? JSONDocument(overview.text)) != nil, "the state is not JSON: \(overview.text)")
    } catch {
      check(!"\(error)".isEmpty, "an error has no message")
    }
  }
}
