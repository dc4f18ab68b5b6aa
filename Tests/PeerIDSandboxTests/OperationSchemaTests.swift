import PeerID
import Testing

@Suite struct OperationSchemaTests {
  private func fault(_ operations: String, token: String = Demo.aliceAccess8, clientID: Int = 8) throws -> String {
    let answer = try TestServer(chainRules: false).operate(operations, token: token, clientID: clientID)
    return answer.json?["error"]?["operations"]?.string ?? "\(answer.status)"
  }

  private func transfer(_ old: String, _ new: String) -> String { Demo.transfer.replacing(old, with: new) }

  @Test(arguments: [
    (#""from":"1.2.31","#, "", #""[0].from" is required"#),
    (#""1.2.31""#, "31", #""[0].from" must be a string"#),
    (#""1.2.31""#, #""""#, #""[0].from" is not allowed to be empty"#),
    (#""1.2.31""#, "null", #""[0].from" must be a string"#),
    (
      #""1.2.31""#, #""alice""#,
      #""[0].from" with value "alice" fails to match the required pattern: /^(1.2.)\d+$/"#
    ),
    (
      #""1.2.31""#, #""1.3.31""#,
      #""[0].from" with value "1.3.31" fails to match the required pattern: /^(1.2.)\d+$/"#
    ),
    ("100000", "1.5", #""[0].amount.amount" must be an integer"#),
    ("100000", "1000000000001", #""[0].amount.amount" must be less than or equal to 1000000000000"#),
    ("100000", "9007199254740992", #""[0].amount.amount" must be a safe number"#),
    ("100000", #""many""#, #""[0].amount.amount" must be a number"#),
    ("100000", "null", #""[0].amount.amount" must be a number"#),
    (#""to":"#, #""extensions":[],"to":"#, #""[0].extensions" is not allowed"#),
    (#""to":"#, #""fee":1,"to":"#, #""[0].fee" is not allowed"#),
    (#""asset_id":"#, #""asset":1,"asset_id":"#, #""[0].amount.asset" is not allowed"#),
    (#"{"amount":100000,"asset_id":"1.3.0"}"#, "5", #""[0].amount" must be of type object"#),
  ])
  func `an error in a transfer names its path`(old: String, new: String, message: String) throws {
    #expect(try fault(transfer(old, new)) == message)
  }

  @Test(arguments: [("100000", #""100000""#), ("100000", "1e5"), ("100000", #"" 7 ""#), ("100000", "5.0")])
  func `a number may be a string, or a real number without a fraction`(old: String, new: String) throws {
    #expect(try fault(transfer(old, new)) == "200")
  }

  @Test func `only the first error is reported`() throws {
    let broken = transfer("100000", "1.5").replacing("1.2.33", with: "x")
    #expect(try fault(broken).contains("[0].to"))
    #expect(try fault("\(Demo.transfer),\(transfer("100000", "1.5"))") == #""[1].amount.amount" must be an integer"#)
  }

  /// Values that the schema accepts and the server's serializer cannot write: HTTP 500, and nothing is done.
  @Test(arguments: [
    (
      #"{"op_name":"witness_create","fee_asset":"1.3.0","witness_account":"1.2.31","url":"https://a.example","block_signing_key":"abc","initial_secret":"YWJj"}"#,
      "witness_create.block_signing_key\t cause: must be a public key"
    ),
    (
      #"{"op_name":"game_move","fee_asset":"1.3.0","game_id":"1.19.7","player_account_id":"1.2.31","move":[1,{}]}"#,
      "game_move.move\t cause: "
    ),
    (
      #"{"op_name":"vesting_balance_create","fee_asset":"1.3.0","creator":"1.2.31","owner":"1.2.31","amount":{"amount":1,"asset_id":"1.3.0"},"policy":[1,{}],"balance_type":"normal"}"#,
      "vesting_balance_create.policy\t cause: "
    ),
    (
      #"{"op_name":"account_whitelist","fee_asset":"1.3.0","authorizing_account":"1.2.31","account_to_list":"1.2.33","new_listing":256}"#,
      "account_whitelist.new_listing\t cause: out of range 256 uint8 256 256"
    ),
    (
      #"{"op_name":"limit_order_cancel","fee_asset":"1.3.0","fee_paying_account":"1.2.99999999999999999999","order":"1.7.1"}"#,
      "limit_order_cancel.fee_paying_account\t cause: overflow "
    ),
  ])
  func `a value that the serializer cannot write is refused before the chain`(operation: String, message: String) throws
  {
    let server = try TestServer(chainRules: false)
    let answer = try server.operate(operation, token: Demo.aliceAccess8, clientID: 8)
    #expect(answer.status == 500)
    #expect(answer.json?["error"]?.string?.hasPrefix(message) == true, "\(answer.json?["error"]?.string ?? "")")
  }

  @Test func `the serializer writes no extensions where the chain has none`() throws {
    let custom =
      #"{"op_name":"custom","fee_asset":"1.3.0","payer":"1.2.31","required_auths":["1.2.31"],"id":1,"data":"YWJj"}"#
    let answer = try TestServer(chainRules: false).operate(custom, token: Demo.aliceAccess8, clientID: 8)
    let echo = answer.result?["trx"]?["operations"]?[0]?[1]
    #expect(echo?["data"]?.string == "616263")
    #expect(echo?["extensions"] == nil)
    #expect(echo?["fee"] != nil)
  }

  private func order(_ expiration: String, fill: String = "true") -> String {
    """
    {"op_name":"limit_order_create","fee_asset":"1.3.0","seller":"1.2.31",\
    "amount_to_sell":{"amount":1,"asset_id":"1.3.0"},"min_to_receive":{"amount":1,"asset_id":"1.3.1"},\
    "expiration":\(expiration),"fill_or_kill":\(fill)}
    """
  }

  @Test func `a timestamp is seconds since 1970 and echoed as text`() throws {
    let answer = try TestServer().operate(order("1893456000"))
    let echo = answer.result?["trx"]?["operations"]?[0]?[1]
    #expect(echo?["expiration"]?.string == "2030-01-01T00:00:00")
    #expect(try fault(order(#""1893456000""#)) == "200")
    let message = #""[0].expiration" must be in timestamp or number of milliseconds format"#
    #expect(try fault(order(#""2030-01-01T00:00:00""#)) == message)
  }

  @Test(arguments: [#""true""#, #""FALSE""#, "false"])
  func `a boolean may be a string`(fill: String) throws {
    #expect(try fault(order("1893456000", fill: fill)) == "200")
  }

  @Test(arguments: ["1", #""yes""#, "null"])
  func `other values of a boolean are refused`(fill: String) throws {
    #expect(try fault(order("1893456000", fill: fill)) == #""[0].fill_or_kill" must be a boolean"#)
  }

  @Test(arguments: [
    (#""back""#, #""both""#, #""[0].back_or_lay" must be one of [back, lay]"#),
    (#""back""#, "1", #""[0].back_or_lay" must be one of [back, lay]"#),
    ("20000", #""x""#, #""[0].backer_multiplier" must be a number"#),
  ])
  func `the error of a choice lists the valid values`(old: String, new: String, message: String) throws {
    #expect(try fault(Demo.bet.replacing(old, with: new)) == message)
  }

  @Test(arguments: [
    (#"[["en","Football"]]"#, "200"),
    (#"[["en"]]"#, #""[0].name[0]" must contain 2 items"#),
    (#"[["en","a","b"]]"#, #""[0].name[0]" must contain 2 items"#),
    (#"[["en",5]]"#, #""[0].name[0][1]" does not match any of the allowed types"#),
    (#"["en"]"#, #""[0].name[0]" must be an array"#),
    (#"{}"#, #""[0].name" must be an array"#),
  ])
  func `the length of an array of exactly two is checked`(name: String, message: String) throws {
    #expect(try fault(#"{"op_name":"sport_create","fee_asset":"1.3.0","name":\#(name)}"#) == message)
  }

  @Test func `arrays, strings and base64 have limits`() throws {
    let custom = #"{"op_name":"custom","fee_asset":"1.3.0","payer":"1.2.1","required_auths":[],"id":1,"data":"aGk="}"#
    #expect(try fault(custom) == #""[0].required_auths" must contain at least 1 items"#)
    let signed = custom.replacing("[]", with: #"["1.2.1"]"#)
    #expect(try fault(signed) == "200")
    #expect(try fault(signed.replacing("aGk=", with: "aGk")) == #""[0].data" must be a valid base64 string"#)
    let permission = """
      {"op_name":"custom_permission_create","fee_asset":"1.3.0","owner_account":"1.2.1","permission_name":"elevenchars",\
      "auth":{"weight_threshold":1,"account_auths":[],"key_auths":[],"address_auths":[]}}
      """
    let limit = #""[0].permission_name" length must be less than or equal to 10 characters long"#
    #expect(try fault(permission) == limit)
    let member =
      #"{"op_name":"committee_member_create","fee_asset":"1.3.0","committee_member_account":"1.2.1","url":"x"}"#
    #expect(try fault(member) == #""[0].url" must be a valid uri"#)
  }

  @Test func `every operation of the catalogue is known by its name`() throws {
    let server = try TestServer()
    for operation in OperationCatalogue.standard.operations {
      let answer = try server.operate("{\"op_name\":\"\(operation.name)\"}", token: Demo.aliceAccess8, clientID: 8)
      #expect(answer.error.contains("is required"), "\(operation.name): \(answer.text)")
    }
  }
}
