/// Rows of `OutcomeTable`: refusals of the node and of the library that builds transactions. PeerID passes these
/// refusals on with HTTP 500, in its own envelope.
enum NodeRefusals {
  private static let transacting: [RequestKind] = [.operations, .confirmation, .chainBroadcast]

  static let rows: [OutcomeRow] = [
    .answers(
      transacting + [.chainRead],
      500...500,
      by: .peerID,
      saying: ["Disconnected from the BlockChain", "websocket state error"]
    )
    .prove(.server, .notDone, .chainUnreachable, isTransient: true, what: "the server has no connection to the chain")
    .because("lib/ws/ChainWebSocket.js refuses a call before it sends it while its socket is not open"),
    refusal(["find(trx_id)", "find( trx_id )", "duplicate transaction", "Duplicate transaction"], .duplicate)
      .because("the node looks for the transaction's id before it applies it; this call added nothing"),
    refusal(
      [
        "missing required active authority", "missing required owner authority", "missing required other authority",
        "Missing Active Authority", "Missing Owner Authority", "committee account cannot directly approve",
      ],
      .missingAuthority
    )
    .because("the node checks authorities before it applies a transaction (verify_authority)"),
    refusal(["insufficient fee", "Insufficient Fee"], .insufficientFee)
      .because("the node rolls back the transaction whose evaluation fails (push_transaction)"),
    refusal(
      ["Insufficient Balance", "insufficient balance", "Insufficient balance", "insufficient_balance"],
      .insufficientBalance
    )
    .because("the node rolls back the transaction whose evaluation fails (push_transaction)"),
    refusal(["now <= trx.expiration"], .expired, isTransient: true)
      .because("the node checks the expiration before it applies a transaction; PeerID sets a new one for each"),
    refusal(["maximum_time_until_expiration"], .expirationTooFar, isTransient: true)
      .because("the node checks the expiration before it applies a transaction; PeerID sets a new one for each"),
    refusal(["tapos_block_summary"], .unknownReferenceBlock, isTransient: true)
      .because("the node checks the reference block before it applies a transaction; PeerID sets a new one for each"),
    refusal(["irrelevant signature included"], .irrelevantSignature)
      .because("the node checks signatures before it applies a transaction"),
    refusal(["Unable to find Object", "unable to find object"], .unknownObject)
      .because("the node rolls back the transaction whose evaluation fails (push_transaction)"),
    .answers(transacting, 500...500, by: .peerID, saying: ["no method with name"])
      .prove(.server, .notDone, .unknownMethod, what: "the node refused the call")
      .because("the node looks up the method before it calls it"),
    refusal(["Assert Exception", "assert_exception", "peerplays-crypto  digest "], .ruleBroken)
      .because(
        "lib/chain/src/TransactionBuilder.js adds the digest to a refusal of broadcast_transaction_with_callback, "
          + "which the node rolled back"
      ),
    .answers(
      [.operations, .confirmation],
      500...500,
      by: .peerID,
      saying: [
        " cause: ", "\n stack: ", "value required", "string required", "number required", "unsigned required",
        "out of range", "overflow ", "unmatched ", "unsupported type ", "Unknown object type ", "unknown operation: ",
        "add operation first", "add operations first", "Expecting array [operation_id", "Missing signing key",
        "is not a function", "is not iterable", "Cannot read prop",
      ]
    )
    .prove(.chainRejected, .notDone, .invalidTransaction, what: "the server cannot build the transaction")
    .because("lib/serializer writes a transaction before TransactionBuilder sends it, and throws these messages"),
    .answers([.chainRead], 500...500, by: .peerID, saying: ["no method with name"])
      .prove(.server, .notDone, .unknownMethod, what: "the node refused the read")
      .because("the node looks up the method before it calls it; a retry gets the same answer"),
    .answers([.chainRead], 500...500, by: .peerID, saying: [" Exception", "Bad Cast", "Parse Error", "Out of Range"])
      .prove(.server, .notDone, what: "the node refused the read")
      .because("the kinds of fc::exception: the node rejects the parameters, and a retry gets the same answer"),
  ]

  private static func refusal(_ texts: [StaticString], _ reason: ErrorReason, isTransient: Bool = false) -> OutcomeRow {
    .answers(transacting, 500...500, by: .peerID, saying: texts)
      .prove(.chainRejected, .notDone, reason, isTransient: isTransient, what: "the chain rejected the transaction")
  }
}
