import Testing

@testable import PeerID

/// The scanner reads what the parser reads, or leaves it to the parser.
@Suite struct ResponseScannerTests {
  /// What a program sees of a response.
  private struct Seen: Equatable {
    let transactionID: String?
    let blockNumber: Int64?
    let transactionNumber: Int64?
    let createdObjectIDs: [String]
    let transactionToken: String?
    /// The result as jansson prints it.
    let meaning: String

    init(_ response: Response) throws {
      transactionID = response.transactionID
      blockNumber = response.blockNumber
      transactionNumber = response.transactionNumber
      createdObjectIDs = response.createdObjectIDs
      transactionToken = response.transactionToken
      meaning = try JSONDocument(response.json).root.compactText().text
    }
  }

  private func scanned(_ body: Bytes) -> Response? {
    body.withBytes { ResponseScanner.response($0) }
  }

  private func parsed(_ body: Bytes) -> Response? {
    guard let result = try? JSONDocument(parsing: body.raw).root["result"] else { return nil }
    return ResponseParts(of: result).map { Response($0) }
  }

  @Test(arguments: [
    (#"{"result":{"a":1},"status":200}"#, #"{"a":1}"#),
    (#"{"status":200,"result":[1,2,[3]]}"#, "[1,2,[3]]"),
    (" {\n\"result\" : { \"a b\" : [ 1 , \"x y\" ] }\t, \"status\":200 } ", #"{"a b":[1,"x y"]}"#),
    (#"{"result":-1.50 ,"status":200}"#, "-1.50"),
    (#"{"result":"a\"}\\","status":200}"#, #""a\"}\\""#),
    (#"{"result":[ "\\\\\"", " \" " ] }"#, #"["\\\\\""," \" "]"#),
    (#"{"x":{"result":1},"result":[],"y":"]"}"#, "[]"),
    (#"{"result":9007199254740993}"#, "9007199254740993"),
    (#"{"result":[9223372036854775807,-9223372036854775808]}"#, "[9223372036854775807,-9223372036854775808]"),
    (
      #"{"result":{"z":1.10,"a":1e2,"b":-2.50E-7,"m":"\u00e9 \/ x","n":{"\u00e9":0}}}"#,
      #"{"z":1.10,"a":1e2,"b":-2.50E-7,"m":"\u00e9 \/ x","n":{"\u00e9":0}}"#
    ),
    (#"{"result":{"ü":"😀 \u00e9 \uD83D\ude00"}}"#, #"{"ü":"😀 \u00e9 \uD83D\ude00"}"#),
    (#"{"result":""}"#, #""""#),
    (#"{"result":{}}"#, "{}"),
    (#"{"result":[true,false,null,0,-0,1.25]}"#, "[true,false,null,0,-0,1.25]"),
  ])
  func `the result is copied as the server wrote it, without white space`(body: String, expected: String) throws {
    let response = try #require(scanned(Bytes(body)))
    #expect(response.json == expected)
    #expect(try Seen(response) == Seen(#require(parsed(Bytes(body)))))
  }

  @Test(arguments: [
    #"{"id":"ab","block_num":5,"trx_num":"1","trx":{"operation_results":[[1,"1.22.7"],[0,{}],[1,"1.22.8"]]}}"#,
    #"{"id":"ab","block_num":"5","trx":{}}"#,
    #"[{"id":"ab","block_num":5,"trx_num":0,"trx":{"operation_results":[["1","1.2.3"],[1],[1,2],[1,"1.2.4",3],{},7]}},{"id":"x"}]"#,
    #"{"id":"ab","trx":null}"#, #"{"id":7,"block_num":1.5,"trx_num":null}"#, #"{"id":"ab"}"#,
    #"{"transaction":{"operations":[]},"token":"secret"}"#, #"{"transaction":0,"token":5}"#, #"{"token":"secret"}"#,
    #"[{"transaction":1,"token":"x"}]"#, #"[[{"id":"ab","block_num":5}]]"#, #"{"block_num":"many","id":"ab"}"#,
    #"{"block_num":true,"id":"ab"}"#, #"{"trx":{"operation_results":{}},"id":"ab"}"#, "[]", #""text""#, "true",
  ])
  func `the parts of a transaction are those that the parser finds`(result: String) throws {
    let body = Bytes(#"{"result":\#(result),"status":200}"#)
    #expect(try Seen(#require(scanned(body))) == Seen(#require(parsed(body))))
  }

  @Test(arguments: [
    // Valid, but not plain.
    #"{"result":{"a":{"\u0000":1}}}"#, #"{"result":1,"result":2}"#, #"{"\u0072esult":1}"#,
    #"{"result":{"id":"a","id":7,"trx":{}}}"#, #"{"result":null}"#,
    #"{"result":{"i\u0064":"a","trx":{}}}"#, #"{"result":{"id":"\u0061","trx":{}}}"#, #"{"result":1e500}"#,
    #"{"result":9223372036854775808}"#, #"{"result":-9223372036854775809}"#, #"{"result":99999999999999999999}"#,
    #"{"result":1e}"#, #"{"result":1e+}"#, #"{"result":1.5e}"#, #"{"status":200}"#, "[]", "{}", "7",
    #"{"result":\#(String(repeating: "[", count: 200) + String(repeating: "]", count: 200))}"#,
    // No JSON.
    "", " ", "{", #"{"result"}"#, #"{"result":1"#, #"{"result":1}}"#, #"{"result":01}"#, #"{"result":1.}"#,
    #"{"result":-}"#, #"{"result":+1}"#, #"{"result":.5}"#, #"{"result":tru}"#, #"{"result":truex}"#,
    #"{"result":"\x"}"#, #"{"result":"\u12g4"}"#, #"{"result":"\ud800"}"#, #"{"result":"\udc00"}"#,
    #"{"result":"\ud800A"}"#, #"{"result":"\#u{1}"}"#, #"{"result":[1,]}"#, #"{"result":{"a":1,}}"#,
    #"{"result":[1 2]}"#, #"{"result":{"a" 1}}"#, "\u{FEFF}{\"result\":1}", "{\"result\":1}\u{0B}",
    "{\"result\":1}\u{0}",
  ])
  func `everything else is left to the parser`(body: String) {
    #expect(scanned(Bytes(body)) == nil)
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func `what is not UTF-8 is left to the parser`(invalid: [UInt8]) {
    let body = Array(#"{"result":""#.utf8) + invalid + Array(#""}"#.utf8)
    body.withUnsafeBytes { #expect(ResponseScanner.response($0) == nil) }
  }

  @Test func `no prefix of an answer makes the scanner leave the bytes it was given`() {
    let body = #"{"a":[{"b":"\\\"c\u00e9"}],"result":{"d":[1,"e\\"]," f ":{"g":null}},"status":200}"#
    for length in 0..<body.utf8.count {
      Bytes(String(decoding: body.utf8.prefix(length), as: UTF8.self)).withBytes { bytes in
        #expect(ResponseScanner.response(bytes) == nil)
      }
    }
  }

  @Test func `random answers, whole and damaged, are read as the parser reads them`() throws {
    var random = RandomJSON(state: 0x9E37_79B9_7F4A_7C15)
    var plain = 0
    for round in 0..<40_000 {
      var text = random.envelope()
      if round % 2 == 1 { random.damage(&text) }
      let body = text.withUnsafeBytes { Bytes($0) }
      guard let response = scanned(body) else { continue }
      plain += 1
      let reference = try #require(parsed(body), "the parser refuses \(body.text)")
      let (seen, expected) = (try Seen(response), try Seen(reference))
      #expect(seen == expected, "\(body.text)")
    }
    #expect(plain > 10_000)
  }
}
