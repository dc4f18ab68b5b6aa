import PeerID
import PeerIDSandbox
import Testing

@Suite struct OperationsTests {
  @Test func `all operations of a call go into one transaction`() throws {
    let server = try TestServer()
    let answer = try server.operate("\(Demo.transfer),\(Demo.bet)")
    #expect(answer.result?["trx"]?["operations"]?.count == 2)
    #expect(server.sandbox.executedTransactionCount == 1)
    #expect(server.sandbox.executedOperations.map(\.name) == ["transfer", "bet_place"])
  }

  @Test func `a confirmation looks like one of the chain`() throws {
    let result = try #require(try TestServer().operate("\(Demo.transfer),\(Demo.bet)").result)
    #expect(result["id"]?.string?.wholeMatch(of: /[0-9a-f]{40}/) != nil)
    #expect(result["block_num"]?.integer != nil)
    #expect(result["trx_num"]?.integer != nil)
    let transaction = try #require(result["trx"])
    #expect(
      transaction.members.map(\.key) == [
        "ref_block_num", "ref_block_prefix", "expiration", "operations", "extensions", "signatures",
        "operation_results",
      ]
    )
    #expect(transaction["expiration"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) != nil)
    #expect(transaction["signatures"]?[0]?.string?.wholeMatch(of: /[0-9a-f]{130}/) != nil)
    let results = try #require(transaction["operation_results"])
    #expect(results[0]?.compactText().text == "[0,{}]")
    #expect(results[1]?[0]?.integer == 1)
    #expect(results[1]?[1]?.string?.hasPrefix("1.26.") == true)
    let echo = try #require(transaction["operations"]?[0])
    #expect(echo[0]?.integer == 0)
    #expect(echo[1]?.members.map(\.key) == ["fee", "from", "to", "amount", "extensions"])
  }

  @Test(arguments: [
    ("2147483647", "2147483647"), ("2147483648", #""2147483648""#), ("1000000000000", #""1000000000000""#),
  ])
  func `integers past 32 bits are echoed as text`(amount: String, echo: String) throws {
    let answer = try TestServer().operate(Demo.transfer.replacing("100000", with: amount))
    let operation = answer.result?["trx"]?["operations"]?[0]?[1]
    #expect(operation?["amount"]?["amount"]?.compactText().text == echo)
  }

  @Test func `the same call twice is two transactions`() throws {
    let server = try TestServer()
    let first = try server.operate(Demo.transfer)
    let second = try server.operate(Demo.transfer)
    #expect(first.result?["id"]?.string != second.result?["id"]?.string)
    #expect(server.sandbox.executedTransactionCount == 2)
  }

  @Test func `an empty array is 500`() throws {
    let answer = try TestServer().operate("")
    #expect(answer.status == 500)
    #expect(answer.text == #"{"error":"add operations first","status":500}"#)
  }

  @Test(arguments: [("{}", "is required"), (#"{"operations":{}}"#, "must be an array")])
  func `operations are required and must be an array`(body: String, message: String) throws {
    let headers = TestServer.credentials(Demo.aliceAccess4)
    let answer = try TestServer().json("/api/v1/app/operations", body, headers: headers)
    #expect(answer.json?["error"]?["operations"]?.string == "\"value\" \(message)")
  }

  @Test(arguments: [#"{"op_name":"no_such"}"#, "{}", #"{"op_name":"Transfer"}"#, "17", #"{"op_name":null}"#])
  func `an unknown or missing or mis-cased name does not match`(operation: String) throws {
    let answer = try TestServer().operate(operation)
    #expect(answer.status == 400)
    #expect(answer.error == #"{"operations":"\"[0]\" does not match any of the allowed types"}"#)
  }

  @Test func `an operation that the app does not have is invalid`() throws {
    let server = try TestServer()
    #expect(try server.operate(Demo.bet).status == 200)
    let pair = try server.signIn("login=bob&password=bob-password&client_id=5")
    let answer = try server.operate(Demo.bet, token: pair.token("token"), clientID: 5)
    #expect(answer.error == #"{"op_name":"Operation invalid"}"#)
  }

  @Test(arguments: [
    #"{"op_name":"fba_distribute","fee_asset":"1.3.0","account_id":"1.2.1","fba_id":"2.16.1","amount":1}"#,
    #"{"op_name":"son_deregister","fee_asset":"1.3.0","son_id":"1.33.1","payer":"1.2.1"}"#,
  ])
  func `a name that the server cannot find is invalid for every app`(operation: String) throws {
    let answer = try TestServer().operate(operation, token: Demo.aliceAccess8, clientID: 8)
    #expect(answer.error == #"{"op_name":"Operation invalid"}"#)
  }

  @Test func `the scope of the app is checked before the permission of the user`() throws {
    let server = try TestServer()
    let unknown =
      #"{"op_name":"asset_reserve","fee_asset":"1.3.0","payer":"1.2.1","amount_to_reserve":{"amount":1,"asset_id":"1.3.0"}}"#
    #expect(try server.operate(unknown, token: Demo.frankAccess4).error.contains("op_name"))
    #expect(try server.operate(Demo.transfer, token: Demo.frankAccess4).error.contains("app_id"))
    #expect(try server.operate(Demo.bet, token: Demo.frankAccess4).status == 200)
  }

  @Test func `a memo passes the schema and fails in the serializer`() throws {
    let memo = Demo.transfer.replacing(#""to""#, with: #""memo":"hello","to""#)
    let answer = try TestServer().operate(memo)
    #expect(answer.status == 500)
    #expect(answer.json?["error"]?.string?.contains("\n    at Serializer") == true)
  }

  @Test func `votes pass the schema and fail in the serializer`() throws {
    let key = "PPY859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToVM"
    let authority = #"{"weight_threshold":1,"account_auths":[],"key_auths":[["\#(key)",1]],"address_auths":[]}"#
    func account(_ votes: String) -> String {
      """
      {"op_name":"account_create","fee_asset":"1.3.0","registrar":"1.2.31","referrer":"1.2.31","referrer_percent":1,\
      "name":"new","owner":\(authority),"active":\(authority),"options":{"memo_key":"\(key)","voting_account":"1.2.5",\
      "num_witness":0,"num_committee":0,"num_son":0,"votes":\(votes)}}
      """
    }
    let without = try TestServer().operate(account("[]"))
    #expect(without.status == 200, "\(without.text)")
    #expect(try TestServer().operate(account("[1]")).status == 500)
  }

  @Test func `an operation that can never succeed is 500`() throws {
    let price = #"{"base":{"amount":1,"asset_id":"1.3.0"},"quote":{"amount":1,"asset_id":"1.3.0"}}"#
    let feed = """
      {"op_name":"asset_publish_feed","fee_asset":"1.3.0","publisher":"1.2.31","asset_id":"1.3.1","feed":\
      {"settle_price":\(price),"maintenance_collateral_ratio":1,"maximum_short_squeeze_ratio":1,\
      "core_exchange_rate":\(price)}}
      """
    #expect(try TestServer().operate(feed).status == 500)
  }

  @Test(arguments: ["0", "-1", "-9007199254740991"])
  func `an amount below one passes validation and is refused by the chain`(amount: String) throws {
    let server = try TestServer()
    let answer = try server.operate(Demo.transfer.replacing("100000", with: amount))
    #expect(answer.status == 500)
    #expect(answer.json?["error"]?.string?.contains("amount.amount > 0") == true)
    #expect(server.sandbox.executedTransactionCount == 0)
  }

  @Test func `a setting makes the chain refuse everything`() throws {
    let server = try TestServer()
    server.sandbox.configure { $0.chainRefusal = "insufficient balance" }
    let answer = try server.operate(Demo.transfer)
    let message = try #require(answer.json?["error"]?.string)
    #expect(message.hasPrefix("insufficient balance\npeerplays-crypto  digest "))
    #expect(answer.status == 500)
  }
}
