/// The result of a settlement: whether operations whose answer was lost have been done.
public struct Settlement: Sendable {
  /// Whether the operations were done.
  public enum State: String, Sendable {
    /// A block contains the transaction.
    case done
    /// No block contains the transaction, and no later block can. The operations may be sent again.
    case notDone = "not_done"
    /// A later block may still contain it: ask again after `retryAfterMilliseconds`.
    case notYet = "not_yet"
    /// No later block can contain the transaction. But one of `transactions` may be the one that was sent: they cannot
    /// be compared with certainty.
    case undecided
  }

  /// A transaction in a block.
  public struct Transaction: Sendable {
    /// Its id, 40 hexadecimal digits; `nil` when the node does not return it.
    public let id: String?
    /// The number of its block.
    public let blockNumber: Int64
    /// Its position in the block, from 0.
    public let number: Int64
  }

  /// Whether the operations were done.
  public let state: State
  /// The id of the transaction, if it was done and the node returns it.
  public var transactionID: String? { found?.id }
  /// The number of the block that contains the transaction; `nil` if it was not done.
  public var blockNumber: Int64? { found?.blockNumber }
  /// The transaction's position in its block, from 0; `nil` if it was not done.
  public var transactionNumber: Int64? { found?.number }
  /// Whether the state is final. A transaction may be undone until its block is irreversible, which is rare.
  public let isIrreversible: Bool
  /// All transactions since the mark that equal, or may equal, the one that was sent. If there are several, other
  /// programs have sent the same operations, and it is unknown which transaction is which.
  public let transactions: [Transaction]
  /// When to ask again, in milliseconds; 0 unless the state is `notYet`.
  public let retryAfterMilliseconds: Int64

  /// The first of several equal transactions.
  private var found: Transaction? { state == .done ? transactions.first : nil }

  /// The settlement as JSON.
  public var json: String { literal.compactText.text }

  /// The settlement as a response, whose result is its JSON.
  package var response: Response {
    Response(
      json: literal.compactText,
      transactionID: transactionID.map { Bytes($0) },
      blockNumber: blockNumber,
      transactionNumber: transactionNumber
    )
  }

  private var literal: JSONLiteral {
    [
      "state": .string(state.rawValue),
      "transaction_id": transactionID.map { .string($0) } ?? .null,
      "block_num": blockNumber.map { .integer($0) } ?? .null,
      "trx_num": transactionNumber.map { .integer($0) } ?? .null,
      "irreversible": .boolean(isIrreversible),
      "transactions": .array(
        transactions.map {
          [
            "id": $0.id.map { .string($0) } ?? .null, "block_num": .integer($0.blockNumber),
            "trx_num": .integer($0.number),
          ]
        }
      ),
      "retry_after_ms": .integer(retryAfterMilliseconds),
    ]
  }
}
