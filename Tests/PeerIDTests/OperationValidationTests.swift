import Synchronization
import Testing

@testable import PeerID

@Suite struct OperationValidationTests {
  private func check(_ json: String) -> String {
    do throws(PeerIDError) {
      try Operations.check(json)
      return "fine"
    } catch {
      return error.message
    }
  }

  private func transfer(_ change: (inout [String: String]) -> Void) -> String {
    var fields = [
      "op_name": #""transfer""#, "fee_asset": #""1.3.0""#, "from": #""1.2.31""#, "to": #""1.2.33""#,
      "amount": #"{"amount":100000,"asset_id":"1.3.0"}"#,
    ]
    change(&fields)
    return "[{" + fields.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}]"
  }

  @Test func `valid operations pass`() {
    #expect(check(transfer { _ in }) == "fine")
    #expect(check(transfer { $0["amount"] = #"{"amount":"100000","asset_id":"1.3.0"}"# }) == "fine")
    #expect(check(transfer { $0["to"] = #"" 1.2.33 ""# }) == "fine")
    #expect(check(transfer { $0["amount"] = #"{"amount":" 7 ","asset_id":"1.3.0"}"# }) == "fine")
  }

  @Test(arguments: [("x", 10), ("é", 10), ("日", 10), ("😀", 5)])
  func `the length of a text counts UTF-16 units, as the server does`(_ character: String, _ most: Int) {
    for count in [most, most + 1] {
      let name = String(repeating: character, count: count)
      let message = check(
        """
        [{"op_name":"custom_permission_create","fee_asset":"1.3.0","owner_account":"1.2.31","permission_name":"\(name)",
        "auth":{"weight_threshold":1,"account_auths":[["1.2.33",1]],"key_auths":[],"address_auths":[]}}]
        """
      )
      #expect(message.contains("permission_name must be at most 10 characters long") == (count > most), "\(message)")
    }
  }

  struct Fault: CustomTestStringConvertible {
    let field: String
    let value: String?
    let says: String
    var testDescription: String { "\(field)=\(value ?? "nothing")" }
  }

  private static let faults = [
    Fault(field: "from", value: nil, says: "operations[0].from is required"),
    Fault(field: "from", value: "31", says: #"operations[0].from must be an object id such as "1.2.7""#),
    Fault(field: "from", value: #""1.3.31""#, says: "operations[0].from must be an object id"),
    Fault(field: "from", value: #""1.2.""#, says: "operations[0].from must be an object id"),
    Fault(field: "from", value: #""1.2.3x""#, says: "operations[0].from must be an object id"),
    Fault(field: "amount", value: "5", says: "operations[0].amount must be an object"),
    Fault(
      field: "amount",
      value: #"{"amount":1.5,"asset_id":"1.3.0"}"#,
      says: "operations[0].amount.amount must be an integer"
    ),
    Fault(
      field: "amount",
      value: #"{"amount":1e3,"asset_id":"1.3.0"}"#,
      says: "operations[0].amount.amount must be an integer"
    ),
    Fault(
      field: "amount",
      value: #"{"amount":1000000000001,"asset_id":"1.3.0"}"#,
      says:
        "operations[0].amount.amount is 1000000000001: must be at most 1000000000000, in the smallest unit of the asset"
    ),
    Fault(field: "amount", value: #"{"amount":1}"#, says: "operations[0].amount.asset_id is required"),
    Fault(
      field: "amount",
      value: #"{"amount":1,"asset_id":"1.3.0","precision":5}"#,
      says: "operations[0].amount.precision is not a field here"
    ),
    Fault(field: "memo", value: #""hi""#, says: "operations[0].memo always fails"),
    Fault(field: "form", value: #""1.2.3""#, says: "operations[0].form is not a field here; did you mean 'from'?"),
    Fault(field: "op_name", value: #""Transfer""#, says: "the server spells it 'transfer'"),
    Fault(field: "op_name", value: nil, says: "operations[0].op_name must be an operation's name"),
    Fault(field: "op_name", value: #""account_update""#, says: "which always fails"),
    Fault(field: "op_name", value: #""son_deregister""#, says: "which always fails"),
    Fault(field: "op_name", value: #""tranfser""#, says: "did you mean 'transfer'?"),
    Fault(field: "op_name", value: #""sport_create""#, says: "which is allowed only inside a proposal"),
    Fault(field: "to", value: #""1.2.31""#, says: "operations[0].from is '1.2.31': from and to must differ"),
    Fault(
      field: "amount",
      value: #"{"amount":0,"asset_id":"1.3.0"}"#,
      says: "operations[0].amount.amount is 0: must be at least 1, in the smallest unit of the asset"
    ),
  ]

  @Test(arguments: faults)
  func `an error names the field and what is valid`(fault: Fault) {
    let message = check(transfer { $0[fault.field] = fault.value })
    #expect(message.contains(fault.says), "\(message)")
  }

  @Test(arguments: [
    ("[]", "the array is empty"), ("{}", "neither"), ("7", "must be a JSON array"),
    ("[7]", "operations[0] must be an object"),
    ("{\"operations\":7}", "must be an array"), ("[{\"op_name\":\"x\",\"op_name\":\"y\"}]", "twice"), ("[", "not JSON"),
    ("", "not JSON"),
  ])
  func `JSON without operations is refused`(json: String, says: String) {
    #expect(check(json).contains(says))
  }

  @Test func `the caller's numbers are sent as they were written`() throws {
    let json = #"[{"op_name":"x", "n": 9007199254740993}]"#
    let batch = try Bytes(json).withBytes { try OperationBatch(json: $0, validation: .allowUnknown) }
    #expect(batch.body.text == #"{"operations":"# + json + "}")
    let single = try Bytes(#"{"op_name":"x"}"#).withBytes {
      try OperationBatch(json: $0, validation: .allowUnknown)
    }
    #expect(single.body.text == #"{"operations":[{"op_name":"x"}]}"#)
  }

  @Test(arguments: [
    ("https://example.com", true), ("https://example.com:8443/a?b#c", true), ("mailto:a@b", true), ("x:y", true),
    ("https://[::1]/", true), ("https://x/%41", true), ("http://a@b", true), ("http://", false), ("http:///x", false),
    ("http://a@/x", false), ("http://:80/", false), ("https://x/%zz", false), ("https://x/%4", false), ("//x", false),
    ("example.com", false), ("https://a b", false), ("https://é", false), ("https://x/[]", false), ("x:", false),
    ("1x:y", false), ("https://x#a#b", false),
  ])
  func `URIs are those of RFC 3986, with a scheme`(text: String, isURI: Bool) {
    #expect(Bytes(text).withBytes { TextForm.isURI($0) } == isURI)
  }

  @Test(arguments: [
    ("PPY859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToVM", true),
    ("TEST859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToVM", true),
    ("PPY1111111111111111111111111111111114T1Anm", true), ("1111111111111111111111111111111114T1Anm", false),
    ("ppy859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToVM", false),
    ("PPY859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToV", false),
    ("PPY159gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToVM", false),
    ("PPY859gxfnXyUriMgUeThh1fWv3oqcpLFyHa3TfFYC4PK2HqhToV0", false), ("", false),
  ])
  func `public keys are base58 with the chain's prefix`(text: String, isKey: Bool) {
    #expect(Bytes(text).withBytes { TextForm.isPublicKey($0) } == isKey)
  }

  private func order(_ expiration: Int64) -> String {
    #"{"op_name":"limit_order_create","fee_asset":"1.3.0","seller":"1.2.31","fill_or_kill":false,"expiration":\#(expiration),"#
      + #""amount_to_sell":{"amount":1,"asset_id":"1.3.0"},"min_to_receive":{"amount":1,"asset_id":"1.3.1"}}"#
  }

  @Test func `times are compared with the server's clock`() throws {
    let clock = ServerClock(clock: Clock { 0 })
    clock.learn(dateMilliseconds: 1_000_000_000_000, took: 0)
    for (expiration, isInTime) in [(999_999_999, false), (1_000_000_000, true), (1_000_000_001, true)]
      as [(Int64, Bool)]
    {
      let json = Bytes(order(expiration))
      if isInTime {
        #expect(throws: Never.self) { try OperationBatch(json: json.raw, validation: .known, clock: clock) }
      } else {
        #expect(throws: PeerIDError.self) { try OperationBatch(json: json.raw, validation: .known, clock: clock) }
      }
    }
  }

  @Test func `breaking a rule that the committee can change is a warning, or an error if the option says so`() throws {
    let bet = Bytes(
      #"{"op_name":"bet_place","fee_asset":"1.3.0","bettor_id":"1.2.31","betting_market_id":"1.25.1","back_or_lay":"back","#
        + #""amount_to_bet":{"amount":40000,"asset_id":"1.3.0"},"backer_multiplier":20050}"#
    )
    let lines = Mutex<[String]>([])
    let log = Log { level, line in lines.withLock { $0.append("\(level.rawValue) \(line)") } }
    let batch = try OperationBatch(json: bet.raw, validation: .known, log: log)
    #expect(batch.warnings.count == 1)
    #expect(
      lines.withLock { $0 }.first?.contains("operations[0].backer_multiplier is 20050: odds come in steps") == true
    )
    #expect(throws: PeerIDError.self) { try OperationBatch(json: bet.raw, validation: .strict) }
  }

  @Test(arguments: [0, 1, -1, 12_345_678, .max, .min] as [Int64], 0...12 as ClosedRange<Int32>)
  func `a formatted amount is parsed to the same amount`(amount: Int64, precision: Int32) throws {
    let text = try Decimals.text(ofAmount: amount, precision: precision)
    #expect(try Decimals.amount(text, precision: precision) == amount)
  }

  @Test func `a random amount is formatted and parsed to the same amount`() throws {
    var random = RandomJSON(state: 0xA5A5_5A5A_1234_4321)
    for round in 0..<20_000 {
      _ = random.below(2)
      let amount = Int64(bitPattern: random.state) >> Int64(round % 64)
      let precision = Int32(random.below(13))
      #expect(
        try Decimals.amount(Decimals.text(ofAmount: amount, precision: precision), precision: precision) == amount
      )
      #expect(try Decimals.odds(Decimals.text(ofOdds: Int64(amount.magnitude >> 1))) == Int64(amount.magnitude >> 1))
    }
  }

  @Test func `an error names the operation that the scope does not contain`() throws {
    let json = #"[{"op_name":"bet_cancel"},{"op_name":"transfer"}]"#
    let batch = try Bytes(json).withBytes { try OperationBatch(json: $0, validation: .off) }
    let token = Token(accessToken: Bytes("a"), refreshToken: nil, scope: Scope([69, 70]), expiresAtMilliseconds: nil)
    let error = #expect(throws: PeerIDError.self) { try batch.checkScope(of: token) }
    #expect(error?.code == .notPermitted)
  }

  @Test func `options are found by name, and an unknown name gets a suggestion`() throws {
    var configuration = try Configuration(baseURL: "https://x", clientID: "4")
    try configuration.set("request_timeout_ms", "5")
    let unknown = #expect(throws: PeerIDError.self) { try configuration.set("requst_timeout_ms", "5") }
    #expect(unknown?.message.contains("'request_timeout_ms'") == true)
    for (name, value) in [
      ("request_timeout_ms", "0"), ("request_timeout_ms", "5s"), ("allow_http", "1"), ("validate", "on"),
    ] {
      #expect(throws: PeerIDError.self) { try configuration.set(name, value) }
    }
    for option in OptionTable.all {
      #expect(throws: Never.self) { try configuration.set(option.name, option.defaultValue) }
    }
  }
}
