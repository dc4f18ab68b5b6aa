/// The calls that a process makes.
enum Action: Equatable, CaseIterable {
  case open
  case logIn
  case exchange
  case submit
  case confirm
  case refresh
  case externalToken
  case logOut
  case setAccount
  /// Closes the client, while other threads use it, and opens the session in a new one.
  case close
}

/// One call, from its beginning to its result.
final class CallRecord {
  let number: Int
  let action: Action
  let user: Int
  let process: SimulatedProcess
  /// The client that makes it.
  var client: ObjectIdentifier?
  let begun: Int64
  let frozenBefore: Int64
  /// How many times the request was sent and reached the server, and how many times the operation was done.
  var sent = 0
  var arrived = 0
  var executed = 0
  /// How many answers with HTTP 401 it got.
  var refusals = 0
  /// Whether the event loop runs it.
  var isAsynchronous = false
  /// The pairs that a login or an exchange received.
  var obtained: [Server.Pair] = []
  var isDone = false
  var endedAt: Int64 = 0
  var error: PeerIDError?
  var transactionID: String?

  var changesSomething: Bool { action == .submit || action == .confirm }
  var beginsSession: Bool { action == .logIn || action == .exchange }
  var operation: String {
    #"[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.31","to":"1.2.33","#
      + #""amount":{"amount":\#(number),"asset_id":"1.3.0"}}]"#
  }
  /// The account that a call sets, different for each call.
  var account: String { "1.2.\(number)" }

  init(_ number: Int, _ action: Action, _ user: Int, _ process: SimulatedProcess, now: Int64) {
    self.number = number
    self.action = action
    self.user = user
    self.process = process
    begun = now
    frozenBefore = process.frozenFor
  }
}
