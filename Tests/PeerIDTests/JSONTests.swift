import Testing

@testable import PeerID

@Suite struct JSONTests {
  @Test(arguments: [
    "9223372036854775807", "-9223372036854775808", "9007199254740993", #"{"z":1,"a":[2,{"b":null}],"m":true}"#,
    #""\u0000 ü 😀""#, "[]", "{}", #""""#, "[0.1,-1.1,1234567.89]",
  ])
  func `parsed values print unchanged`(text: String) throws {
    #expect(try JSONDocument(text).root.compactText(expecting: 1).text == text)
  }

  @Test(arguments: ["", "{", "[1,]", "{\"a\":1}{", "9223372036854775808", "\u{FEFF}{}", "'a'", "nul"])
  func `an error in JSON has a position`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(text) }
  }

  @Test func `a duplicate key is refused only on request`() throws {
    let text = #"{"amount":1,"amount":2}"#
    #expect(throws: Never.self) { try JSONDocument(text) }
    let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(text, rejectDuplicates: true) }
    #expect(error?.isDuplicateKey == true)
  }

  @Test func `nesting of 100000 levels is refused`() {
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(String(repeating: "[", count: 100_000)) }
  }

  @Test func `wiped strings are overwritten`() throws {
    let document = try JSONDocument(#"{"token":"secret","list":["also secret"]}"#)
    let token = try #require(document.root["token"]?.utf8)
    document.wipeStrings()
    #expect(token.allSatisfy { $0 == 0 })
  }

  @Test func `a literal is printed with its members in order`() {
    let literal: JSONLiteral = ["error": ["login": ""], "list": [1, true, nil, "é"], "": 0]
    #expect(literal.compactText.text == #"{"error":{"login":""},"list":[1,true,null,"é"],"":0}"#)
  }
}

@Suite struct JSONWritingTests {
  @Test(
    "jansson reads back the text that is written",
    arguments: [
      "", "plain", "\"quoted\" \\ back", "\u{0}\u{1}\n\t\u{1F}\u{7F}", "é 😀 e\u{301}",
      String(repeating: "x", count: 10_000),
    ]
  )
  func texts(text: String) throws {
    let written = JSONLiteral.object([
      ("text", .string(text)), ("bytes", .text(Bytes(text))), ("list", [1, -5, true, false, nil, "a"]), ("empty", [:]),
    ]).text()
    let root = try JSONDocument(parsing: written.raw).root
    #expect(root["text"]?.string?.utf8.elementsEqual(text.utf8) == true)
    #expect(root["bytes"]?.string?.utf8.elementsEqual(text.utf8) == true)
    #expect(root["list"]?.count == 6)
    #expect(root["list"]?[1]?.integer == -5)
    #expect(root["empty"]?.kind == .object)
    #expect(written.text == root.compactText().text || text.utf8.contains { $0 < 0x20 })
  }
}
