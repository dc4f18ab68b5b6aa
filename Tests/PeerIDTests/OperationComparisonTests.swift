import Testing

@testable import PeerID

/// Comparing a submitted operation with one in a block.
@Suite struct OperationComparisonTests {
  /// Compares an operation as a caller writes it with one as it appears in a block.
  private func compare(_ request: String, _ chain: String) throws -> OperationComparison.Verdict {
    let body = Bytes("{\"operations\":[\(request)]}")
    let block = Bytes("[\(chain)]")
    return try Mark.withOperations(of: body) { operations in
      (try? JSONIndex(block.raw))?.withRoot { OperationComparison.compare(request: operations, chain: $0.elements) }
    } ?? .unsure
  }

  private static let fee = #""fee":{"amount":20,"asset_id":"1.3.0"}"#

  private func transfer(_ amount: String, to: String = "\"1.2.33\"", memo: String = "") -> String {
    #"{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":\#(to),"#
      + #""amount":{"amount":\#(amount),"asset_id":"1.3.0"}\#(memo)}"#
  }

  private func done(_ amount: String, number: Int = 0, to: String = "1.2.33") -> String {
    #"[\#(number),{\#(Self.fee),"from":"1.2.31","to":"\#(to)","#
      + #""amount":{"amount":\#(amount),"asset_id":"1.3.0"},"extensions":[]}]"#
  }

  @Test(arguments: [("100000", "100000"), ("\"100000\"", "100000"), ("10000000000", "\"10000000000\"")])
  func `an amount may be a number or a string`(given: String, chain: String) throws {
    #expect(try compare(transfer(given), done(chain)) == .same)
  }

  @Test func `another amount, account or operation is a different one`() throws {
    #expect(try compare(transfer("100000"), done("100001")) == .different)
    #expect(try compare(transfer("100000"), done("100000", to: "1.2.34")) == .different)
    #expect(try compare(transfer("100000"), done("100000", number: 4)) == .different)
  }

  @Test func `spaces and leading zeros in an id are ignored`() throws {
    #expect(try compare(transfer("1", to: "\" 1.2.033 \""), done("1")) == .same)
  }

  @Test func `a field that is missing in the block makes the result unsure`() throws {
    #expect(try compare(transfer("1", memo: #","memo":"for lunch""#), done("1")) == .unsure)
    #expect(try compare(transfer("1", memo: #","memo":"""#), done("1")) == .same)
    // One certain difference decides, even if other fields are unsure.
    #expect(try compare(transfer("1", memo: #","memo":"for lunch""#), done("2")) == .different)
  }

  /// The `data` of a `custom` operation marks a transaction: the chain writes its bytes as hexadecimal digits.
  @Test(arguments: [
    ("YWJj", "616263", OperationComparison.Verdict.same), ("YWI=", "6162", .same), ("YQ==", "61", .same),
    ("+/+/", "fbffbf", .same), ("YWJj", "616264", .different), ("YWJj", "6162", .unsure), ("YWJj", "zz6263", .unsure),
    ("abc", "616263", .unsure), ("616263", "616263", .same),
  ])
  func `bytes in base64 equal the same bytes in hexadecimal`(
    given: String,
    chain: String,
    verdict: OperationComparison.Verdict
  ) throws {
    let fields = #""payer":"1.2.31","required_auths":[],"id":1,"data":"#
    let request = #"{"op_name":"custom","fee_asset":"1.3.0",\#(fields)"\#(given)"}"#
    let done = #"[35,{\#(Self.fee),\#(fields)"\#(chain)"}]"#
    #expect(try compare(request, done) == verdict)
  }

  @Test func `texts are the same only if their bytes are`() throws {
    let fields = #""payer":"1.2.31","required_auths":[],"id":1,"data":"#
    let request = #"{"op_name":"custom","fee_asset":"1.3.0",\#(fields)"caf\u00e9"}"#
    #expect(try compare(request, #"[35,{\#(Self.fee),\#(fields)"caf\u00e9"}]"#) == .same)
    #expect(try compare(request, #"[35,{\#(Self.fee),\#(fields)"cafe\u0301"}]"#) == .unsure)
  }

  @Test func `a time may be a number or a string`() throws {
    let order =
      #"{"op_name":"limit_order_create","fee_asset":"1.3.0","seller":"1.2.31","#
      + #""amount_to_sell":{"amount":1,"asset_id":"1.3.0"},"min_to_receive":{"amount":1,"asset_id":"1.3.1"},"#
      + #""expiration":4070908800,"fill_or_kill":"false"}"#
    func inBlock(_ expiration: String) -> String {
      #"[1,{\#(Self.fee),"seller":"1.2.31","amount_to_sell":{"amount":1,"asset_id":"1.3.0"},"#
        + #""min_to_receive":{"amount":1,"asset_id":"1.3.1"},"expiration":"\#(expiration)","fill_or_kill":false}]"#
    }
    #expect(try compare(order, inBlock("2099-01-01T00:00:00")) == .same)
    #expect(try compare(order, inBlock("2099-01-01T00:00:01")) == .different)
    #expect(try compare(order, inBlock("soon")) == .unsure)
  }

  @Test func `the chain may sort a set`() throws {
    func update(_ accounts: String) -> String {
      #"{"op_name":"asset_update_feed_producers","fee_asset":"1.3.0","issuer":"1.2.31","asset_to_update":"1.3.7","#
        + #""new_feed_producers":\#(accounts)}"#
    }
    func inBlock(_ accounts: String) -> String {
      #"[13,{\#(Self.fee),"issuer":"1.2.31","asset_to_update":"1.3.7","new_feed_producers":\#(accounts)}]"#
    }
    #expect(try compare(update(#"["1.2.9","1.2.7"]"#), inBlock(#"["1.2.7","1.2.9"]"#)) == .same)
    #expect(try compare(update(#"["1.2.9","1.2.7"]"#), inBlock(#"["1.2.7","1.2.8"]"#)) == .different)
    #expect(try compare(update(#"["1.2.9","1.2.7"]"#), inBlock(#"["1.2.7"]"#)) == .unsure)
  }

  @Test func `all operations of a transaction are compared`() throws {
    let body = Bytes("{\"operations\":[\(transfer("1")),\(transfer("2"))]}")
    func verdict(_ chain: String) throws -> OperationComparison.Verdict {
      let block = Bytes("[\(chain)]")
      return try Mark.withOperations(of: body) { operations in
        (try? JSONIndex(block.raw))?.withRoot { OperationComparison.compare(request: operations, chain: $0.elements) }
      } ?? .unsure
    }
    #expect(try verdict("\(done("1")),\(done("2"))") == .same)
    #expect(try verdict("\(done("2")),\(done("1"))") == .different)
    #expect(try verdict("\(done("1"))") == .different)
  }
}
