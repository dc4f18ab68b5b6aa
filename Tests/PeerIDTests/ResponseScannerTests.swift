import Testing

@testable import PeerID

/// The scanner agrees with the parser, and also reads numbers that are too large for the parser.
@Suite struct ResponseScannerTests {
  /// The parts of a response.
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

  private static let id = "e2ddc03d756b05a5e4410572ae08db2a23d17469"

  private func scanned(_ body: Bytes) -> Response? {
    body.withBytes { ResponseScanner.response($0) }
  }

  private func parsed(_ body: Bytes) -> Response? {
    guard let root = try? JSONDocument(parsing: body.raw).root, let result = root["result"] else { return nil }
    guard root["error"]?.isNull ?? true else { return nil }
    let candidate = result.kind == .array ? result[0] : result
    let isID = candidate?["id"]?.utf8.map { $0.count == 40 && $0.allSatisfy(Hexadecimal.isDigit) } ?? false
    let isDone = { (it: JSONValue) in
      it["trx"] != nil || it["block_num"] != nil || isID && it["transaction"] == nil
    }
    let transaction = candidate.flatMap { isDone($0) ? $0 : nil }
    func integer(_ value: JSONValue?) -> Int64? { value?.integer ?? value?.string.flatMap { Int64($0) } }
    let results = transaction?["trx"]?["operation_results"]?.elements ?? []
    return Response(
      json: result.compactText(),
      transactionID: transaction?["id"]?.utf8.map { Bytes($0) },
      blockNumber: integer(transaction?["block_num"]),
      transactionNumber: integer(transaction?["trx_num"]),
      createdObjectIDs: results.compactMap { $0[0]?.integer == 1 ? $0[1]?.utf8.map { Bytes($0) } : nil },
      transactionToken: result["transaction"] == nil ? nil : result["token"]?.utf8.map { Bytes($0) }
    )
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
  func `the result is copied as the server sent it, without white space`(body: String, expected: String) throws {
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
    #"{"id":"\#(id)"}"#, #"[{"id":"\#(id.uppercased())"}]"#, #"{"id":"\#(id)0"}"#, #"{"id":"\#(id.dropLast())g"}"#,
    #"{"id":"\#(id)","token":"x","transaction":"[]"}"#, #"{"block_num":true,"id":"ab"}"#,
    #"{"trx":{"operation_results":{}},"id":"ab"}"#, "[]", #""text""#, "true",
  ])
  func `the parts of a transaction are those that the parser finds`(result: String) throws {
    let body = Bytes(#"{"result":\#(result),"status":200}"#)
    #expect(try Seen(#require(scanned(body))) == Seen(#require(parsed(body))))
  }

  @Test(arguments: [
    #"{"result":{"a":{"\u0000":1}}}"#, #"{"result":1,"result":2}"#, #"{"\u0072esult":1}"#, #"{"result":null}"#,
    #"{"result":{"id":"a","id":7,"trx":{}}}"#, #"{"result":{"id":7,"id":"a","trx":{},"trx":{}}}"#,
    #"{"result":{"i\u0064":"a","trx":{}}}"#, #"{"result":{"id":"\u0061\ud83d\ude00","trx":{}}}"#,
    #"{"result":{"trx":{"operation_results":[[1,"1.2.3"]],"operation_results":[[1,"1.2.4"]]}}}"#,
    #"{"result":{"trx":{"operation_results":[[1,"1.2.3"]]},"trx":{}}}"#, #"{"result":{"trx":{}},"result":{"id":"a"}}"#,
    #"{"result":1,"error":null}"#,
  ])
  func `unusual answers are read as the parser reads them`(body: String) throws {
    let response = try #require(scanned(Bytes(body)))
    #expect((try? Seen(response)) == (parsed(Bytes(body)).flatMap { try? Seen($0) }))
  }

  private static let deep = String(repeating: "[{\"a\":", count: 300) + "1" + String(repeating: "}]", count: 300)

  @Test(arguments: [
    "1e500", "9223372036854775808", "-9223372036854775809", "99999999999999999999", #""\ud800""#, #""\udc00\ud800x""#,
    #"{"\ud800":[1e400,{"b":"\ud800\ud83d\ude00"}]}"#, "0.10000000000000001", deep,
  ])
  func `a success with unusual members keeps its transaction and its bytes`(value: String) {
    let result = #"{"id":"ab","block_num":5,"trx_num":0,"trx":{"x":\#(value),"operation_results":[[1,"1.22.7"]]}}"#
    let response = scanned(Bytes(#"{"x":\#(value),"result":\#(result),"status":200}"#))
    #expect(response?.json == result)
    #expect(response?.transactionID == "ab")
    #expect(response?.blockNumber == 5)
    #expect(response?.createdObjectIDs == ["1.22.7"])
  }

  @Test(arguments: [
    #"{"status":200}"#, "[]", "{}", "7", #"{"result":1,"error":"x"}"#, #"{"error":false,"result":1}"#,
    #"{"result":1e}"#, #"{"result":1e+}"#, #"{"result":1.5e}"#,
    "", " ", "{", #"{"result"}"#, #"{"result":1"#, #"{"result":1}}"#, #"{"result":01}"#, #"{"result":1.}"#,
    #"{"result":-}"#, #"{"result":+1}"#, #"{"result":.5}"#, #"{"result":tru}"#, #"{"result":truex}"#,
    #"{"result":"\x"}"#, #"{"result":"\u12g4"}"#, #"{"result":"\ud800\u12"}"#, #"{"result":"\#u{1}"}"#,
    #"{"result":[1,]}"#, #"{"result":{"a":1,}}"#, #"{"result":[1}"#, #"{"result":{"a":1]}"#, #"{"result":[[1]}"#,
    #"{"result":[1 2]}"#, #"{"result":{"a" 1}}"#, "\u{FEFF}{\"result\":1}", "{\"result\":1}\u{0B}",
    "{\"result\":1}\u{0}", "{\"result\":1\u{0}}", "{\"result\":true\u{0}}",
  ])
  func `an answer without the envelope of a success is refused`(body: String) {
    #expect(scanned(Bytes(body)) == nil)
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func `an answer that is not UTF-8 is refused`(invalid: [UInt8]) {
    let body = Array(#"{"result":""#.utf8) + invalid + Array(#""}"#.utf8)
    body.withUnsafeBytes { #expect(ResponseScanner.response($0) == nil) }
  }

  @Test func `the scanner never reads past the end of a truncated answer`() {
    let body = #"{"a":[{"b":"\\\"c\u00e9"}],"result":{"d":[1,"e\\"]," f ":{"g":null}},"status":200}"#
    for length in 0..<body.utf8.count {
      Bytes(String(decoding: body.utf8.prefix(length), as: UTF8.self)).withBytes { bytes in
        #expect(ResponseScanner.response(bytes) == nil)
      }
    }
  }

  @Test func `random answers, valid and damaged, are read as the parser reads them`() throws {
    var random = RandomJSON(state: 0x9E37_79B9_7F4A_7C15)
    var (taken, refused) = (0, 0)
    for round in 0..<40_000 {
      var text = random.envelope()
      if round % 2 == 1 { random.damage(&text) }
      let body = text.withUnsafeBytes { Bytes($0) }
      let reference = parsed(body)
      guard let response = scanned(body) else {
        refused += 1
        #expect(reference == nil, "the scanner refuses \(body.text)")
        continue
      }
      taken += 1
      // The parser refuses large numbers and a NUL in a key: nothing to compare with.
      guard let reference else { continue }
      let (seen, expected) = (try Seen(response), try Seen(reference))
      #expect(seen == expected, "\(body.text)")
    }
    #expect(taken > 20_000 && refused > 5000)
  }

  @Test(arguments: [
    (
      #"{"a":1e400,"b":9223372036854775808,"c":-1.5,"d":12}"#,
      #"{"a":"1e400","b":"9223372036854775808","c":-1.5,"d":12}"#
    ),
    (#"["\ud800x\n",{"\udc00":"\ud83d\ude00"}]"#, "[\"\u{FFFD}x\\n\",{\"\u{FFFD}\":\"😀\"}]"),
  ])
  func `an error with unusual values is read and printed`(text: String, meaning: String) throws {
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(text) }
    let document = try Bytes(text).withBytes { (text) throws(JSONSyntaxError) in try JSONDocument.answer(text) }
    #expect(try document.root.compactText().text == JSONDocument(meaning).root.compactText().text)
  }

  @Test(arguments: ["[5\u{0}]", "[true\u{0}]", "{\"a\":null\u{0}}", "5\u{0}"])
  func `a NUL after a value is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(text) }
  }
}
