import Testing

@testable import PeerID

/// A message is always one line.
@Suite struct OneLineTests {
  private static let controls: [UInt32] =
    Array(0..<0x20) + Array(0x7F...0x9F) + [0x2028, 0x2029]

  @Test(arguments: controls)
  func `a control character becomes a space`(value: UInt32) throws {
    let control = Character(try #require(Unicode.Scalar(value)))
    #expect(OneLine.text("a\(control)b") == "a b")
    #expect(PeerIDError(.server, "a\(control)b").message == "a b")
  }

  @Test(arguments: [" ", "~", "\u{A0}", "é", "\u{2027}", "\u{202A}", "😀"])
  func `every other character stays`(text: String) {
    #expect(OneLine.text(text) == text)
  }

  @Test(arguments: [(999, false), (1000, false), (1001, true), (100_000, true)])
  func `a long message is cut after its thousandth character`(count: Int, isCut: Bool) {
    for character in ["a", "é"] {
      let text = String(repeating: character, count: count)
      #expect(OneLine.text(text) == (isCut ? text.prefix(1000) + "…" : text))
    }
  }
}
