import PeerID
import PeerIDSandbox
import Testing

@Suite struct BroadcastTests {
  private let transaction = """
    {"ref_block_num":1,"ref_block_prefix":2,"expiration":"2031-01-01T00:00:00",\
    "operations":[[0,{"from":"1.2.31"}]],"signatures":["1f00"]}
    """

  private func broadcast(_ server: TestServer, _ transaction: String) throws -> APIAnswer {
    let headers = TestServer.credentials(Demo.aliceAccess4)
    return try server.json("/api/v1/app/broadcast", "{\"transaction\":\(transaction)}", headers: headers)
  }

  @Test func `the result is an array of one confirmation`() throws {
    let server = try TestServer()
    let answer = try broadcast(server, transaction)
    #expect(answer.result?.count == 1)
    #expect(answer.result?[0]?["trx"]?["operations"]?.compactText().text == #"[[0,{"from":"1.2.31"}]]"#)
    #expect(server.sandbox.executedTransactionCount == 1)
  }

  @Test(arguments: [
    (#""ref_block_num":1,"#, "", #""ref_block_num" is required"#),
    ("[[0,", #"[["transfer","#, #""operations[0][0]" does not match any of the allowed types"#),
    ("[[0,", "[[0,1,", #""operations[0]" must contain 2 items"#),
    (#"["1f00"]"#, "1", #""signatures" must be an array"#),
    (#"{"ref"#, #"{"more":1,"ref"#, #""more" is not allowed"#),
  ])
  func `an error in the transaction names its path`(old: String, new: String, message: String) throws {
    let answer = try broadcast(try TestServer(), transaction.replacing(old, with: new))
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?["transaction"]?.string == message)
  }

  @Test func `an operation outside the app's scope is refused without a field`() throws {
    let answer = try broadcast(try TestServer(), transaction.replacing("[[0,", with: "[[999,"))
    #expect(answer.text == #"{"error":"operations invalid","status":"400"}"#)
  }

  @Test func `a duplicate transaction is refused, and the server hides the reason`() throws {
    let server = try TestServer()
    #expect(try broadcast(server, transaction).status == 200)
    #expect(try broadcast(server, transaction).text == #"{"error":"server side error","status":500}"#)
    #expect(server.sandbox.executedTransactionCount == 1)
  }

  @Test func `the transaction is required`() throws {
    let headers = TestServer.credentials(Demo.aliceAccess4)
    let answer = try TestServer().json("/api/v1/app/broadcast", "{}", headers: headers)
    #expect(answer.error == #"{"transaction":"\"value\" is required"}"#)
  }
}
