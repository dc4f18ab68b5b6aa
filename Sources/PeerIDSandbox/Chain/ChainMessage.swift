internal import PeerID

/// Error messages with the wording of the real node and serializer.
enum ChainMessage {
  /// A failed assertion: the condition from the node's source, a colon, and a message.
  static func assertion(_ conditionAndComplaint: String) -> String {
    "Assert Exception: \(conditionAndComplaint)\n    {}\n    th_a  evaluator.cpp:52 start_evaluate"
  }

  /// The account has not allowed PeerID to sign this operation on its behalf.
  static func missingAuthority(_ account: String) -> String {
    """
    missing required active authority: Missing Active Authority \(account)
        {"id":"\(account)"}
        th_a  transaction.cpp:377 verify_authority
    """
  }

  /// What peerplaysjs-lib adds to every refusal of the node: the digest, which begins with the transaction's
  /// id, and the transaction itself.
  static func refusal(_ message: String, transactionID: String, transaction: JSONLiteral) -> String {
    if message.contains("peerplays-crypto") { return message }
    let digest = transactionID + Identifiers.hex(24)
    return "\(message)\npeerplays-crypto  digest \(digest) transaction \(Identifiers.hex(68)) "
      + transaction.compactText.text
  }

  /// The server's error for an operation that it cannot build.
  static func alwaysFailing(_ operation: String) -> String? {
    switch operation {
    case "asset_update_dividend": "operation"
    case "account_update":
      serializer(
        "update_last_voting_time.value\t cause: type.fromObject is not a function",
        at: "account_update.extensions"
      )
    case "asset_publish_feed":
      serializer(
        "price_feed.settlement_price\t cause: price.base\t cause: Cannot read properties of undefined (reading 'base')",
        at: "asset_publish_feed.feed"
      )
    case "withdraw_permission_delete":
      serializer("value required  | undefined", at: "withdraw_permission_delete.withdrawal_permission")
    case "custom_account_authority_delete":
      serializer("value required  | undefined", at: "custom_account_authority_delete.auth_id")
    default: nil
    }
  }

  /// An error of the serializer, which contains a stack trace.
  static func serializer(_ cause: String, at path: String) -> String {
    let library = "./node_modules/peerplaysjs-lib/dist/serializer/src"
    return """
      \(path)\t cause: \(cause) 
       stack: Error: \(cause)
          at Serializer.fromObject (\(library)/serializer.js:106:27)
          at Object.fromObject (\(library)/types.js:561:8)
          at TransactionBuilder.get_type_operation (./node_modules/peerplaysjs-lib/dist/chain/src/TransactionBuilder.js:320:36)
          at PeerplaysRepository.createTransactionFromOps (./backend/src/repositories/peerplays.repository.js:271:12)
      """
  }
}
