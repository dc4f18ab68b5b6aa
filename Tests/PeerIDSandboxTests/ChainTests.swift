import PeerID
import PeerIDSandbox
import Testing

@Suite struct ChainTests {
  private func read(_ server: TestServer, _ api: String, _ method: String, _ parameters: [String]) throws -> JSONValue {
    let list = parameters.map { "&params[]=\($0)" }.joined()
    let answer = try server.call("GET", "/api/v1/app/blockchain-data?api=\(api)&method=\(method)\(list)")
    return try #require(answer.result, "\(answer.text)")
  }

  private func history(_ server: TestServer) throws -> JSONValue {
    try read(server, "history", "get_account_history", ["1.2.31", "1.11.0", "100", "1.11.0"])
  }

  private func transfer(_ amount: Int64, from: String = "1.2.31", to: String = "1.2.33") -> String {
    """
    {"op_name":"transfer","fee_asset":"1.3.0","from":"\(from)","to":"\(to)",\
    "amount":{"amount":\(amount),"asset_id":"1.3.0"}}
    """
  }

  private func balance(_ server: TestServer, _ account: String) throws -> Int64 {
    let answer = try read(server, "database", "get_account_balances", [account])
    let amount = try #require(answer[0]?["amount"])
    return try #require(amount.integer ?? amount.string.flatMap { Int64($0) })
  }

  @Test func `a transfer moves the amount and costs the payer a fee`() throws {
    let server = try TestServer()
    let before = (try balance(server, "1.2.31"), try balance(server, "1.2.33"))
    #expect(try server.operate(transfer(500)).status == 200)
    #expect(try balance(server, "1.2.31") == before.0 - 520)
    #expect(try balance(server, "1.2.33") == before.1 + 500)
  }

  private struct Refused: Sendable {
    let text: String
    let from: String
    let to: String
    let amount: Int64
  }

  @Test(arguments: [
    Refused(text: "Insufficient Balance", from: "1.2.34", to: "1.2.31", amount: 5_000_000),
    Refused(text: "from != to", from: "1.2.31", to: "1.2.31", amount: 5),
    Refused(text: "amount.amount > 0", from: "1.2.31", to: "1.2.33", amount: 0),
    Refused(text: "Unable to find Object 1.2.99", from: "1.2.31", to: "1.2.99", amount: 5),
    Refused(text: "Missing Active Authority 1.2.33", from: "1.2.33", to: "1.2.31", amount: 5),
  ])
  private func `the chain refuses with the messages of the node`(refused: Refused) throws {
    var fixture = Fixture.demo
    fixture.joins.append(Fixture.Join(username: "carol", clientID: 4))
    let server = try TestServer(fixture)
    let answer = try server.operate(transfer(refused.amount, from: refused.from, to: refused.to))
    #expect(answer.status == 500)
    let message = try #require(answer.json?["error"]?.string)
    #expect(message.contains(refused.text), "\(message)")
    #expect(message.contains("\npeerplays-crypto  digest "))
    #expect(server.sandbox.executedTransactionCount == 0)
  }

  @Test func `a refused transaction changes nothing, whatever its first operations were`() throws {
    let server = try TestServer()
    let before = try balance(server, "1.2.31")
    let both = "\(transfer(500)),\(transfer(1_000)),\(transfer(0))"
    #expect(try server.operate(both).status == 500)
    #expect(try balance(server, "1.2.31") == before)
    #expect(try history(server).count == 0)
  }

  @Test func `cancelling an order returns its amount`() throws {
    let server = try TestServer()
    let before = try balance(server, "1.2.31")
    let order = """
      {"op_name":"limit_order_create","fee_asset":"1.3.0","seller":"1.2.31",\
      "amount_to_sell":{"amount":700,"asset_id":"1.3.0"},"min_to_receive":{"amount":1,"asset_id":"1.3.1"},\
      "expiration":2000000000,"fill_or_kill":false}
      """
    let results = try server.operate(order).result?["trx"]?["operation_results"]
    let id = try #require(results?[0]?[1]?.string)
    #expect(try balance(server, "1.2.31") == before - 720)
    let cancel = """
      {"op_name":"limit_order_cancel","fee_asset":"1.3.0","fee_paying_account":"1.2.31","order":"\(id)"}
      """
    #expect(try server.operate(cancel).status == 200)
    #expect(try balance(server, "1.2.31") == before - 40)
  }

  @Test func `the history, the transaction and the block contain the same operation`() throws {
    let server = try TestServer()
    let confirmation = try #require(try server.operate("\(transfer(5)),\(transfer(6))").result)
    let entry = try #require(try history(server)[0])
    #expect(entry["op"]?[1]?["amount"]?["amount"]?.integer == 6)
    #expect(entry["op_in_trx"]?.integer == 1)
    let block = try #require(entry["block_num"]?.integer)
    #expect(block == confirmation["block_num"]?.integer)
    let place = try #require(entry["trx_in_block"]?.integer)
    let transaction = try read(server, "database", "get_transaction", ["\(block)", "\(place)"])
    #expect(transaction["operations"]?.count == 2)
    let ids = try read(server, "database", "get_block2", ["\(block)"])["transaction_ids"]
    #expect(ids?[0]?.string == confirmation["id"]?.string)
    let newer = try read(server, "history", "get_account_history", ["1.2.31", "1.11.1", "100", "1.11.0"])
    #expect(newer.count == 1)
    let relative = try read(server, "history", "get_relative_account_history", ["pi-alice", "2", "100", "0"])
    #expect(relative.elements.compactMap { $0["id"]?.string } == ["1.11.2"])
  }

  @Test func `the head of the chain and the irreversible block move with the clock`() throws {
    let server = try TestServer()
    let before = try read(server, "database", "get_dynamic_global_properties", [])
    server.sandbox.configure { $0.clockOffset = 300 }
    let after = try read(server, "database", "get_dynamic_global_properties", [])
    for key in ["head_block_number", "last_irreversible_block_num"] {
      let moved = (after.member(key)?.integer ?? 0) - (before.member(key)?.integer ?? 0)
      #expect(moved >= 100)
    }
  }

  @Test func `a transaction that is lost before the chain is never done`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.loseBeforeChain, path: "/api/v1/app/operations"))
    #expect(throws: (any Error).self) { try server.operate(transfer(5)) }
    server.sandbox.configure { $0.clockOffset = 120 }
    #expect(try history(server).count == 0)
  }

  @Test func `a transaction in the pool expires, or is done later`() throws {
    let server = try TestServer()
    server.sandbox.configure { $0.stoppedClock = 1_800_000_000_000 }
    server.sandbox.add(Fault(.holdInPool(includedAfterMilliseconds: nil), path: "/api/v1/app/operations"))
    #expect(throws: (any Error).self) { try server.operate(transfer(5)) }
    server.sandbox.add(Fault(.holdInPool(includedAfterMilliseconds: 9_000), path: "/api/v1/app/operations"))
    #expect(throws: (any Error).self) { try server.operate(transfer(6)) }
    #expect(try history(server).count == 0)
    server.sandbox.configure { $0.clockOffset = 10 }
    let done = try history(server)
    #expect(done.count == 1)
    #expect(done[0]?["op"]?[1]?["amount"]?["amount"]?.integer == 6)
    server.sandbox.configure { $0.clockOffset = 120 }
    #expect(try history(server).count == 1)
  }

  @Test func `a refresh that the chain refuses keeps the old pair`() throws {
    let server = try TestServer()
    server.sandbox.add(Fault(.refuseOnChain("no"), path: "/api/v1/auth/refreshtoken"))
    #expect(try server.refresh(Demo.aliceRefresh4).text == #"{"error":"server side error","status":500}"#)
    #expect(try server.isAccepted(Demo.aliceAccess4))
    #expect(try server.refresh(Demo.aliceRefresh4).status == 200)
  }

  @Test func `the NFT store's reads find tokens, offers and owners`() throws {
    let server = try TestServer()
    #expect(try read(server, "database", "nft_get_all_tokens", ["1.31.0", "100"]).count == 2)
    let owned = try read(server, "database", "nft_get_tokens_by_owner", ["1.2.33"])
    #expect(owned.elements.compactMap { $0["id"]?.string } == ["1.31.1"])
    #expect(try read(server, "database", "list_sell_offers", ["1.29.0", "100"]).count == 1)
    let full = try read(server, "database", "get_full_accounts", ["pi-alice"])
    #expect(full[0]?[1]?["account"]?["id"]?.string == "1.2.31")
    #expect((full[0]?[1]?["balances"]?.count ?? 0) == 2)
    let permission = try read(server, "database", "get_custom_permissions", ["1.2.31"])[0]
    let id = try #require(permission?["id"]?.string)
    let operation = "get_active_custom_account_authorities_by_operation"
    #expect(try read(server, "database", operation, [id, "0"]).count > 0)
  }
}
