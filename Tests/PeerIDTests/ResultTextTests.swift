import Testing

@testable import PeerID

/// The text of a result is what the server wrote, and means what the parser read.
@Suite struct ResultTextTests {
  private func compact(_ body: String) -> String? {
    Bytes(body).withBytes { ResultText.compact($0)?.text }
  }

  @Test(arguments: [
    (#"{"result":{"a":1},"status":200}"#, #"{"a":1}"#),
    (#"{"status":200,"result":[1,2,[3]]}"#, "[1,2,[3]]"),
    (" {\n\"result\" : { \"a b\" : [ 1 , \"x y\" ] }\t, \"status\":200 } ", #"{"a b":[1,"x y"]}"#),
    (#"{"result":null}"#, "null"),
    (#"{"result":-1.50e+3 ,"status":200}"#, "-1.50e+3"),
    (#"{"result":"a\"}\\","status":200}"#, #""a\"}\\""#),
    (#"{"result":"\\\\\"" }"#, #""\\\\\"""#),
    (#"{"x":{"result":1},"result":[],"y":"]"}"#, "[]"),
    (#"{"result":9007199254740993}"#, "9007199254740993"),
    (#"{"result":{"ü":"😀 \u00e9"}}"#, #"{"ü":"😀 \u00e9"}"#),
    (#"{"result":""}"#, #""""#),
    (#"{"result":{}}"#, "{}"),
  ])
  func `the result is copied without white space`(body: String, expected: String) throws {
    let text = try #require(compact(body))
    #expect(text == expected)
    // It means what the parser understood.
    let parsed = try #require(JSONDocument(body).root["result"])
    #expect(try JSONDocument(text).root.compactText().text == parsed.compactText().text)
  }

  @Test(arguments: [
    #"{"result":1,"result":2}"#, #"{"\u0072esult":1}"#, #"{"res\u0075lt":1,"result":2}"#, #"{"status":200}"#, "[]",
    "{}",
    "7", "",
  ])
  func `where bytes cannot tell, the parser's own print is used`(body: String) {
    #expect(compact(body) == nil)
  }

  @Test func `no prefix of an answer makes the scanner leave the bytes it was given`() {
    let body = #"{"a":[{"b":"\\\"c"}],"result":{"d":[1,"e\\"]," f ":{"g":null}},"status":200}"#
    for length in 0...body.utf8.count {
      Bytes(String(decoding: body.utf8.prefix(length), as: UTF8.self)).withBytes { _ = ResultText.compact($0) }
    }
  }
}
