import PeerID
import Testing

@Suite struct BlockchainDataTests {
  private func get(_ query: String) throws -> APIAnswer {
    try TestServer().call("GET", "/api/v1/app/blockchain-data?\(query)")
  }

  @Test(arguments: [
    ("params[]=a", #"["a"]"#),
    ("params[0][]=1.3.0&params[1]=true", #"[["1.3.0"],"true"]"#),
    ("params=a&params=b", #"["a","b"]"#),
    ("params%5B0%5D%5B%5D=1.2.31&params%5B0%5D%5B%5D=1.2.33", #"[["1.2.31","1.2.33"]]"#),
    ("params[0][limit]=5&params[0][from]=x", #"[{"limit":"5","from":"x"}]"#),
  ])
  func `parameters may have brackets or be repeated and every value is text`(query: String, echo: String) throws {
    #expect(try get("api=database&method=echo&\(query)").result?.compactText().text == echo)
  }

  @Test(arguments: ["params=x", "params=%5B%221.3.0%22%5D"])
  func `a single parameter and JSON text are refused`(query: String) throws {
    let answer = try get("api=database&method=echo&\(query)")
    #expect(answer.status == 400)
    #expect(answer.error == #"{"params":"\"value\" must be an array"}"#)
  }

  @Test func `an unknown api and a missing method are named`() throws {
    let answer = try get("api=nothing")
    let apis = "database, network_broadcast, history, crypto, bookie"
    #expect(answer.json?["error"]?["api"]?.string == "\"value\" must be one of [\(apis)]")
    #expect(answer.json?["error"]?["method"]?.string == "\"value\" is required")
  }

  @Test func `an unknown method is 500 with the message of the chain`() throws {
    let answer = try get("api=database&method=no_such")
    #expect(answer.status == 500)
    #expect(answer.json?["error"]?.string?.contains("no method with name 'no_such'") == true)
  }

  @Test func `objects and accounts are found by their ids`() throws {
    let objects = try get("api=database&method=get_objects&params[0][]=1.3.0&params[0][]=1.2.31&params[0][]=1.2.9")
    #expect(objects.result?[0]?["symbol"]?.string == "PPY")
    #expect(objects.result?[1]?["name"]?.string == "pi-alice")
    #expect(objects.result?[2]?.isNull == true)
    #expect(try get("api=database&method=get_account_by_name&params[]=nobody").text == #"{"result":null,"status":200}"#)
    #expect(try get("api=database&method=get_dynamic_global_properties").result?["id"]?.string == "2.1.0")
    #expect(try get("api=database&method=get_chain_properties").result?["chain_id"] != nil)
  }
}
