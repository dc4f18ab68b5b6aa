import PeerID

/// The output line for a transaction.
struct SubmissionResult {
  let transaction: Transaction
  let response: Response
  let isWhole: Bool

  var state: TransactionState { response.transactionToken == nil ? .done : .needsConfirmation }

  var place: ChainPlace {
    ChainPlace(
      transactionID: response.transactionID,
      block: response.blockNumber,
      number: response.transactionNumber
    )
  }

  /// The token for confirming the transaction, if it needs confirmation.
  var confirmation: [(String, JSON)] {
    response.transactionToken.map { [("transaction_token", .string($0))] } ?? []
  }

  var json: JSON {
    var members = Self.members(transaction, state) + confirmation
    if state == .done {
      members += [
        ("transaction_id", .optional(response.transactionID)),
        ("block_num", .optional(response.blockNumber)),
        ("trx_num", .optional(response.transactionNumber)),
        ("created_ids", .array(response.createdObjectIDs.map { .string($0) })),
      ]
    }
    if isWhole { members.append(("result", .verbatim(response.json))) }
    return .object(members)
  }

  static func json(_ transaction: Transaction, _ state: TransactionState, _ error: PeerIDError) -> JSON {
    .object(members(transaction, state) + [("error", error.json(outcome: state.rawValue))])
  }

  private static func members(_ transaction: Transaction, _ state: TransactionState) -> [(String, JSON)] {
    [
      ("n", .integer(Int64(transaction.number))), ("line", .integer(Int64(transaction.line))),
      ("state", .string(state.rawValue)),
    ]
  }
}
