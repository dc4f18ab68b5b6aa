import Glibc
import PeerID
import PeerIDSandbox
import Testing

/// Sends every conformance case that breaks a rule of the chain to the sandbox's chain.
@Suite struct ChainRulesTests {
  private static func brokenOperations() throws -> [JSONValue] {
    let file = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/" + file + "/Conformance/cases/rules.json"
    let stream = try #require(fopen(path, "r"))
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
    let cases = try JSONDocument(String(decoding: bytes, as: UTF8.self)).root["cases"]?.elements ?? []
    var broken: [JSONValue] = []
    for step in cases.flatMap({ $0["steps"]?.elements ?? [] }) {
      guard step["call"]?.string == "check", step["error"] != nil else { continue }
      if let operations = step["with"]?["operations"], operations.count == 1 { broken.append(operations) }
    }
    return broken
  }

  @Test func `an operation that breaks a rule of the chain is refused`() throws {
    var fixture = Fixture.demo
    for index in fixture.apps.indices { fixture.apps[index].operations = Operations.names }
    let server = try TestServer(fixture)
    let broken = try Self.brokenOperations()
    #expect(broken.count > 190)
    for operations in broken {
      let body = "{\"operations\":\(operations.compactText().text)}"
      let answer = try server.operate(operations.elements[0].compactText().text)
      #expect(answer.status != 200, "\(body)")
      let isJudged = ["Missing Active Authority 1.2.31", "Operation invalid", "App is missing"].allSatisfy {
        !answer.text.contains($0)
      }
      #expect(isJudged, "\(answer.text) for \(body)")
    }
    #expect(server.sandbox.executedTransactionCount == 0)
  }
}
