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
    ("[[0,", "[[999,", #""operations[0]" does not match any of the allowed types"#),
    (#"["1f00"]"#, "[1]", #""signatures[0]" must be a string"#),
    (#"{"ref"#, #"{"more":1,"ref"#, #""more" is not allowed"#),
  ])
  func `a fault in the transaction is named by its path`(old: String, new: String, message: String) throws {
    let answer = try broadcast(try TestServer(), transaction.replacing(old, with: new))
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?["transaction"]?.string == message)
  }

  @Test func `the transaction is required`() throws {
    let headers = TestServer.credentials(Demo.aliceAccess4)
    let answer = try TestServer().json("/api/v1/app/broadcast", "{}", headers: headers)
    #expect(answer.error == #"{"transaction":"\"value\" is required"}"#)
  }
}
