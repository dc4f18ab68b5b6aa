/// The server's answer to a call that succeeded. Immutable.
///
/// The properties are the parts of a transaction. The properties are `nil` or empty if the result is not a transaction,
/// for instance after a chain read.
public final class Response: Sendable {
  // C callers get pointers to these strings, which are valid as long as the response.

  package let jsonBytes: Bytes
  package let transactionIDBytes: Bytes?
  package let createdObjectIDBytes: [Bytes]
  package let transactionTokenBytes: Bytes?

  /// The whole result as compact JSON. Numbers are exact and keys keep the server's order.
  public var json: String { jsonBytes.text }

  /// The id of the transaction, 40 hexadecimal digits.
  public var transactionID: String? { transactionIDBytes?.text }

  /// The number of the block that holds the transaction.
  public let blockNumber: Int64?

  /// The transaction's position in its block, from 0.
  public let transactionNumber: Int64?

  /// The ids of the objects that the operations created, in the order of the operations.
  public var createdObjectIDs: [String] { createdObjectIDBytes.map { $0.text } }

  /// The token that confirms the transaction, if the application's users have to sign each request.
  public var transactionToken: String? { transactionTokenBytes?.text }

  /// Creates a response. The parts of a transaction are missing if the result is not a transaction.
  init(
    json: Bytes,
    transactionID: Bytes? = nil,
    blockNumber: Int64? = nil,
    transactionNumber: Int64? = nil,
    createdObjectIDs: [Bytes] = [],
    transactionToken: Bytes? = nil
  ) {
    jsonBytes = json
    transactionIDBytes = transactionID
    self.blockNumber = blockNumber
    self.transactionNumber = transactionNumber
    createdObjectIDBytes = createdObjectIDs
    transactionTokenBytes = transactionToken
  }

  /// A response whose result is a JSON array of these strings.
  package convenience init(listing texts: [String]) {
    self.init(json: JSONLiteral.array(texts.map { .string($0) }).compactText)
  }
}
