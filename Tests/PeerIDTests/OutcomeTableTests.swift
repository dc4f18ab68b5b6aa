import Testing

@testable import PeerID

/// What each kind of answer proves, for each row of the table.
@Suite struct OutcomeTableTests {
  struct Case: CustomTestStringConvertible {
    let kind: RequestKind
    let status: Int
    let body: String
    let code: ErrorCode
    let outcome: Outcome
    let reason: ErrorReason?
    let isRetryable: Bool
    let says: String
    let hasRetryAfter: Bool

    init(
      _ kind: RequestKind,
      _ status: Int,
      _ body: String,
      _ code: ErrorCode,
      _ outcome: Outcome,
      _ reason: ErrorReason? = nil,
      retryable: Bool = false,
      says: String = "",
      hasRetryAfter: Bool = false
    ) {
      self.kind = kind
      self.status = status
      self.body = body
      self.code = code
      self.outcome = outcome
      self.reason = reason
      isRetryable = retryable
      self.says = says
      self.hasRetryAfter = hasRetryAfter
    }

    var testDescription: String { "\(kind) \(status) \(body.prefix(80))" }

    func response<Result>(_ body: (HTTPResponse) -> Result) -> Result {
      Bytes(self.body).withBytes {
        body(HTTPResponse(status: status, body: $0, retryAfterMilliseconds: hasRetryAfter ? 5000 : nil))
      }
    }

    var error: PeerIDError? {
      response {
        guard case .failure(let error) = Answer.response(of: .success($0), to: kind) else { return nil }
        return error
      }
    }
  }

  /// PeerID's own envelope with an error text.
  private static func own(_ status: Int, _ error: String) -> String {
    let error = JSONLiteral.string(error).compactText.text
    return #"{"error":\#(error),"status":\#(status)}"#
  }

  private static let digest =
    "\npeerplays-crypto  digest e2ddc03d756b05a5e4410572ae08db2a23d17469e8b47a6ae272730e589a0502 transaction 0036c0 "
    + #"{"memo":"server side error, duplicate transaction"}"#

  private static func refusal(
    _ text: String,
    _ reason: ErrorReason,
    retryable: Bool = false,
    says: String,
    kind: RequestKind = .operations
  ) -> Case {
    Case(
      kind,
      500,
      own(500, text + digest),
      .chainRejected,
      .notDone,
      reason,
      retryable: retryable,
      says: says
    )
  }

  private static let refusals = [
    refusal(
      "Assert Exception: d.get_balance(*from_account, asset_type).amount >= op.amount.amount: Insufficient Balance",
      .insufficientBalance,
      says: "Insufficient Balance: the chain rejected the transaction (HTTP 500)"
    ),
    refusal(
      "Execution error: Assert Exception: insufficient_balance: Insufficient Balance: 1 PPY, unable to transfer '2 PPY'",
      .insufficientBalance,
      says: "Insufficient Balance: 1 PPY, unable to transfer '2 PPY': the chain rejected"
    ),
    refusal(
      "missing required active authority: Missing Active Authority 1.2.40",
      .missingAuthority,
      says: "Missing Active Authority 1.2.40: the chain"
    ),
    refusal(
      "Assert Exception: !is_committee: committee account cannot directly approve transaction",
      .missingAuthority,
      says: "committee account cannot directly approve transaction: the chain"
    ),
    refusal("insufficient fee: Insufficient Fee Paid", .insufficientFee, says: "Insufficient Fee Paid: the chain"),
    refusal(
      "Assert Exception: (skip & skip_transaction_dupe_check) || trx_idx.indices().get<by_trx_id>().find(trx_id) == "
        + "trx_idx.indices().get<by_trx_id>().end(): ",
      .duplicate,
      says: "the chain rejected the transaction"
    ),
    refusal("Assert Exception: now <= trx.expiration: ", .expired, retryable: true, says: "now <= trx.expiration: the"),
    refusal(
      "Assert Exception: trx.expiration <= now + chain_parameters.maximum_time_until_expiration: ",
      .expirationTooFar,
      retryable: true,
      says: "the chain"
    ),
    refusal(
      "Assert Exception: trx.ref_block_prefix == tapos_block_summary.block_id._hash[1]: ",
      .unknownReferenceBlock,
      retryable: true,
      says: "the chain"
    ),
    refusal(
      "irrelevant signature included: Unnecessary signature(s) detected",
      .irrelevantSignature,
      says: "the chain"
    ),
    refusal(
      "Assert Exception: maybe_found != nullptr: Unable to find Object: 1.2.9999",
      .unknownObject,
      says: "Unable to find Object: 1.2.9999: the chain"
    ),
    refusal("Assert Exception: amount > 0: ", .ruleBroken, says: "amount > 0: the chain"),
    refusal("10 assert_exception: Assert Exception\nodds > 1: odds are too low", .ruleBroken, says: "odds are too low"),
    refusal("a text that no node has said yet", .ruleBroken, says: "a text that no node has said yet: the chain"),
    refusal("Assert Exception: a: b", .ruleBroken, says: "b: the chain", kind: .confirmation),
    refusal("Assert Exception: now <= trx.expiration: ", .expired, says: "the chain", kind: .confirmation),
    refusal("Assert Exception: a: b", .ruleBroken, says: "b: the chain", kind: .chainBroadcast),
    Case(
      .operations,
      500,
      own(500, "Assert Exception: x: Insufficient Balance"),
      .chainRejected,
      .notDone,
      .insufficientBalance,
      says: "Insufficient Balance"
    ),
    Case(
      .operations,
      500,
      own(
        500,
        "limit_order_create.expiration\t cause: out of range 1893456000000 uint32 \n stack: Error: out of range"
      ),
      .chainRejected,
      .notDone,
      .invalidTransaction,
      says: "out of range 1893456000000 uint32"
    ),
    Case(.operations, 500, own(500, "add operations first"), .chainRejected, .notDone, .invalidTransaction),
    Case(
      .operations,
      500,
      own(500, "Disconnected from the BlockChain."),
      .server,
      .notDone,
      .chainUnreachable,
      retryable: true,
      says: "no connection to the chain"
    ),
    Case(.confirmation, 500, own(500, "Disconnected from the BlockChain."), .server, .notDone, .chainUnreachable),
  ]

  private static let reads = [
    Case(
      .chainRead,
      500,
      own(500, "method->second != _by_name.end(): no method with name 'x'"),
      .server,
      .notDone,
      .unknownMethod,
      says: "no method with name 'x'"
    ),
    Case(.chainBroadcast, 500, own(500, "no method with name 'x'"), .server, .notDone, .unknownMethod),
    Case(.chainRead, 500, own(500, "Assert Exception: a: b"), .server, .notDone),
    Case(
      .chainRead,
      500,
      own(500, "Disconnected from the BlockChain."),
      .server,
      .notDone,
      .chainUnreachable,
      retryable: true
    ),
    Case(.chainRead, 500, own(500, "server side error"), .server, .unknown, retryable: true),
    Case(.chainRead, 502, "", .server, .unknown, retryable: true),
    Case(.chainRead, 404, "<h1>Not Found</h1>", .protocol, .unknown, says: "base_url"),
    Case(.chainRead, 408, "", .protocol, .unknown, retryable: true),
  ]

  private static let open = [
    Case(.operations, 500, own(500, "server side error"), .server, .unknown, says: "find out whether it was done"),
    Case(.broadcast, 500, own(500, "server side error"), .server, .unknown, says: "the chain accepts it only once"),
    // The text may be about another transaction.
    Case(.broadcast, 500, own(500, "Assert Exception: a: b"), .server, .unknown),
    Case(.operations, 500, own(500, "Internal Server Error"), .server, .unknown),
    // The envelope of a gateway.
    Case(
      .operations,
      500,
      #"{"timestamp":"2026","status":500,"error":"Assert Exception: a: Insufficient Balance","path":"/"}"#,
      .server,
      .unknown
    ),
    Case(.operations, 500, #"{"error":"There was a problem proxying the request"}"#, .server, .unknown),
    Case(.operations, 500, "<h1>Assert Exception: a: b</h1>", .server, .unknown, says: "Assert Exception"),
    Case(.operations, 502, own(500, "Assert Exception: a: b"), .server, .unknown),
    Case(.operations, 503, "", .server, .unknown),
    Case(.operations, 503, "", .rateLimited, .unknown, hasRetryAfter: true),
    Case(.chainRead, 503, "", .rateLimited, .unknown, retryable: true, hasRetryAfter: true),
    Case(.operations, 504, "", .server, .unknown),
    Case(.logIn, 500, own(500, "server side error"), .server, .unknown, retryable: true),
    Case(.exchange, 500, own(500, "server side error"), .server, .unknown),
    Case(.refresh, 500, own(500, "server side error"), .server, .unknown),
    Case(.operations, 103, "", .protocol, .unknown),
    Case(.operations, 600, "", .protocol, .unknown),
  ]

  private static let rejections = [
    Case(
      .operations,
      400,
      #"{"error":{"operations":"\"[0].from\" is required"},"status":400}"#,
      .rejected,
      .notDone,
      says: "operations:"
    ),
    Case(
      .operations,
      400,
      #"{"error":{"op_name":"Operation invalid"},"status":"400"}"#,
      .notPermitted,
      .notDone,
      .missingPermission
    ),
    Case(
      .logIn,
      401,
      #"{"error":{"login":"Permission does not exist for this user"},"status":401}"#,
      .notPermitted,
      .notDone,
      .missingPermission
    ),
    Case(.operations, 401, own(401, "Access Token invalid or expired"), .rejected, .notDone),
    Case(.operations, 401, "<h1>401</h1>", .rejected, .notDone),
    Case(.operations, 403, own(403, "Forbidden"), .notPermitted, .notDone),
    Case(.operations, 405, own(405, "Method Not Allowed"), .rejected, .notDone),
    Case(.operations, 422, own(422, "unprocessable"), .rejected, .notDone),
    Case(.operations, 413, "request entity too large", .tooLarge, .notDone),
    Case(.operations, 429, "slow down", .rateLimited, .notDone, retryable: true, says: "slow down"),
    Case(
      .refresh,
      400,
      #"{"error":{"refresh_token":"invalid refresh token"},"status":400}"#,
      .rejected,
      .notDone,
      .invalidRefreshToken
    ),
    Case(.refresh, 400, #"{"error":{"refresh_token":"\"value\" is required"},"status":400}"#, .rejected, .notDone),
  ]

  private static let proxies =
    [407, 411, 414, 415, 426, 431].map { Case(.operations, $0, "<p>no</p>", .rejected, .notDone) }
    + [421, 425].map { Case(.operations, $0, "", .rejected, .notDone, retryable: true) }
    + [
      Case(
        .operations,
        400,
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        .rejected,
        .notDone,
        says: "https://"
      )
    ]
    + [
      400, 402, 403, 404, 405, 406, 408, 409, 410, 412, 416, 417, 418, 422, 423, 424, 428, 444, 449, 451, 460, 463, 499,
    ]
    .map { Case(.operations, $0, "<p>no</p>", .protocol, .unknown, says: "find out") }
    // A gateway with PeerID's envelope, and a status that PeerID never sends.
    + [408, 444, 460, 499].map { Case(.operations, $0, own($0, "timeout"), .protocol, .unknown) }
    // Gateways whose error is an object of strings, as PeerID's is.
    + [400, 403, 404, 422].map {
      Case(.operations, $0, #"{"error":{"code":"Blocked","message":"no"}}"#, .protocol, .unknown, says: "Blocked")
    }
    // The status in the body differs: a proxy has replaced the HTTP status.
    + [Case(.operations, 400, own(500, "server side error"), .protocol, .unknown)]
    + [301, 302, 303, 304, 307, 308].map { Case(.operations, $0, "", .protocol, .unknown, says: "redirects") }
    + [Case(.logIn, 400, "<h1>Bad Request</h1>", .protocol, .unknown), Case(.logIn, 404, "", .protocol, .unknown)]

  private static let successes = [
    #"{"result":null,"status":200}"#, #"{"result":false}"#, #"{"result":"done"}"#, #"{"result":true,"status":200}"#,
    #"{"result":{}}"#, #"{"result":[]}"#, #"{"result":{"block_num":5,"trx":{}}}"#,
    #"{"result":{"id":"","block_num":5}}"#, #"{"result":{"id":7,"block_num":5}}"#,
    #"{"result":{"id":"\#(id)","block_num":5,"trx":{}},"error":"no","status":200}"#,
    #"{"error":{"code":1},"result":{"id":"\#(id)","block_num":5,"trx":{}}}"#,
    #"{"error":"no","status":400}"#, "", "OK", "[]", "<html></html>",
  ].flatMap { body in
    [RequestKind.operations, .confirmation, .broadcast].map { Case($0, 200, body, .protocol, .unknown) }
  }

  private static let id = String(repeating: "a3", count: 20)

  private static let cases = refusals + reads + open + rejections + proxies + successes

  @Test(arguments: cases)
  func `each failed answer gives the outcome of its row`(example: Case) throws {
    let error = try #require(example.error)
    #expect(error.code == example.code)
    #expect(error.outcome == example.outcome)
    #expect(error.reason == example.reason)
    #expect(error.isRetryable == example.isRetryable)
    #expect(error.httpStatus == example.status)
    #expect(error.message.contains(example.says), "\(error.message)")
    #expect(!error.message.contains("\n"))
  }

  @Test func `every row has a case, and names its source`() {
    let used = Set(
      Self.cases.filter { $0.status != 200 }.map { example in
        example.response { response in
          let envelope = Envelope(status: response.status, body: response.body)
          let row = OutcomeTable.row(for: ErrorClassifier.answer(response, envelope, example.kind))
          return "\(row)"
        }
      }
    )
    for row in OutcomeTable.rows { #expect(used.contains("\(row)"), "\(row)") }
    for row in OutcomeTable.rows { #expect(row.source.utf8.count > 20) }
  }

  /// The texts of the node and of the library that builds transactions, as their sources write them.
  private static let nodeTexts: [(text: String, reason: ErrorReason)] = [
    ("Disconnected from the BlockChain", .chainUnreachable), ("websocket state error", .chainUnreachable),
    ("find(trx_id)", .duplicate), ("find( trx_id )", .duplicate), ("duplicate transaction", .duplicate),
    ("Duplicate transaction", .duplicate), ("missing required active authority", .missingAuthority),
    ("missing required owner authority", .missingAuthority), ("missing required other authority", .missingAuthority),
    ("Missing Active Authority", .missingAuthority), ("Missing Owner Authority", .missingAuthority),
    ("committee account cannot directly approve", .missingAuthority), ("insufficient fee", .insufficientFee),
    ("Insufficient Fee", .insufficientFee), ("Insufficient Balance", .insufficientBalance),
    ("insufficient balance", .insufficientBalance), ("Insufficient balance", .insufficientBalance),
    ("insufficient_balance", .insufficientBalance), ("now <= trx.expiration", .expired),
    ("maximum_time_until_expiration", .expirationTooFar), ("tapos_block_summary", .unknownReferenceBlock),
    ("irrelevant signature included", .irrelevantSignature), ("Unable to find Object", .unknownObject),
    ("unable to find object", .unknownObject), ("no method with name", .unknownMethod),
    ("Assert Exception", .ruleBroken), ("assert_exception", .ruleBroken), ("peerplays-crypto  digest ", .ruleBroken),
    (" cause: ", .invalidTransaction), ("\n stack: ", .invalidTransaction), ("value required", .invalidTransaction),
    ("string required", .invalidTransaction), ("number required", .invalidTransaction),
    ("unsigned required", .invalidTransaction), ("out of range", .invalidTransaction),
    ("overflow ", .invalidTransaction), ("unmatched ", .invalidTransaction), ("unsupported type ", .invalidTransaction),
    ("Unknown object type ", .invalidTransaction), ("unknown operation: ", .invalidTransaction),
    ("add operation first", .invalidTransaction), ("add operations first", .invalidTransaction),
    ("Expecting array [operation_id", .invalidTransaction), ("Missing signing key", .invalidTransaction),
    ("is not a function", .invalidTransaction), ("is not iterable", .invalidTransaction),
    ("Cannot read prop", .invalidTransaction),
  ]

  @Test(arguments: nodeTexts)
  func `each text of the node means that nothing was done, and has a reason`(text: String, reason: ErrorReason) throws {
    let error = try #require(Case(.operations, 500, Self.own(500, "x \(text) y"), .server, .unknown).error)
    #expect(error.outcome == .notDone && error.reason == reason)
    // Outside PeerID's envelope the text proves nothing: a proxy may have written it.
    let foreign = try #require(Case(.operations, 500, "x \(text) y", .server, .unknown).error)
    #expect(foreign.outcome == .unknown && foreign.reason == nil)
  }

  @Test func `every text of the library's table is tested`() {
    let known = Set(Self.nodeTexts.map(\.text))
    for row in NodeRefusals.rows where row.pattern.kinds.contains(.operations) {
      for text in row.pattern.texts { #expect(known.contains("\(text)"), "\(text)") }
    }
  }

  @Test func `a submit is not done only if the status proves it, and never retryable if the outcome is unknown`() {
    for status in 100..<700 {
      for body in ["", "<p>x</p>", #"{"message":"x"}"#, #"{"error":"x"}"#] {
        for kind in [RequestKind.operations, .confirmation, .broadcast, .chainBroadcast] {
          guard let error = Case(kind, status, body, .server, .unknown).error else { continue }
          #expect(error.outcome != .unknown || !error.isRetryable)
          let proves = [401, 407, 411, 413, 414, 415, 421, 425, 426, 429, 431].contains(status)
          #expect((error.outcome == .notDone) == proves, "\(kind) \(status) \(body)")
        }
      }
    }
  }

  @Test func `the error has the id of the transaction that the node refused`() throws {
    let error = try #require(Self.refusals[0].error)
    #expect(error.transactionID == "e2ddc03d756b05a5e4410572ae08db2a23d17469")
    for text in ["no digest", "x\npeerplays-crypto  digest 0c56 transaction", "peerplays-crypto  digest "] {
      let error = try #require(Case(.operations, 500, Self.own(500, text), .server, .unknown).error)
      #expect(error.transactionID == nil)
    }
  }

  @Test func `a submit succeeds with a transaction id, or with the token that confirms one`() {
    let transaction = #"{"result":{"id":"\#(Self.id)","block_num":5,"trx_num":0,"trx":{}},"status":200}"#
    let token = #"{"result":{"id":3,"token":"0123","transaction":"[]"},"status":200}"#
    for kind in [RequestKind.operations, .confirmation] {
      #expect(Case(kind, 200, transaction, .server, .unknown).error == nil)
    }
    #expect(Case(.broadcast, 200, #"{"result":[{"id":"\#(Self.id)","block_num":5}]}"#, .server, .unknown).error == nil)
    #expect(Case(.operations, 200, token, .server, .unknown).error == nil)
    #expect(Case(.confirmation, 200, token, .server, .unknown).error != nil)
    #expect(Case(.operations, 200, #"{"result":{"id":"\#(Self.id)"}}"#, .server, .unknown).error == nil)
    #expect(
      Case(.operations, 200, #"{"error":null,"result":{"id":"\#(Self.id)","trx":{}}}"#, .server, .unknown).error == nil
    )
    for result in ["null", "false", "[]", #""text""#] {
      #expect(Case(.chainRead, 200, #"{"result":\#(result)}"#, .server, .unknown).error == nil)
    }
  }

  @Test(arguments: [
    ("Assert Exception: insufficient balance\n  at x", "insufficient balance"),
    ("Assert Exception: a(b: c) > d::e: text: more", "text: more"),
    ("Assert Exception: a > b", "a > b"),
    ("Assert Exception: ", "Assert Exception"),
    ("Execution error: ", "Execution error"),
    ("missing required owner authority: Missing Owner Authority 1.2.3", "Missing Owner Authority 1.2.3"),
    ("unspecified: something", "something"),
    ("plain text", "plain text"),
    ("a: b", "a: b"),
    ("", ""),
    ("\n", ""),
    (": : :", ""),
  ])
  func `the node's reason is found in its message`(text: String, reason: String) {
    #expect(NodeMessage.reason(in: text) == reason)
  }
}
