/// The server's answer to a call that succeeded. Immutable.
///
/// The properties give the parts of a transaction. They are `nil` or empty if the result is not a transaction, for
/// instance after a chain read.
public struct Response: Sendable {
  private let storage: Storage

  /// The whole result as compact JSON. Numbers are exact and keys keep the server's order.
  public var json: String { storage.parts.json.text }

  /// The id of the transaction, 40 hexadecimal digits.
  public var transactionID: String? { storage.parts.transactionID?.text }

  /// The number of the block that holds the transaction.
  public var blockNumber: Int64? { storage.parts.blockNumber }

  /// The transaction's place in its block, from 0.
  public var transactionNumber: Int64? { storage.parts.transactionNumber }

  /// The ids of the objects that the operations created, in the order of the operations.
  public var createdObjectIDs: [String] { storage.parts.createdObjectIDs.map { $0.text } }

  /// The token that confirms the transaction, if the application's users have to sign each request.
  public var transactionToken: String? { storage.parts.transactionToken?.text }

  init(_ parts: ResponseParts) {
    storage = Storage(parts)
  }

  /// A response whose result is a JSON array of these strings.
  package init(listing texts: [String]) {
    self.init(json: JSONLiteral.array(texts.map { .string($0) }).compactText)
  }

  /// A result that is no transaction.
  init(json: Bytes) {
    self.init(
      ResponseParts(
        json: json,
        transactionID: nil,
        blockNumber: nil,
        transactionNumber: nil,
        createdObjectIDs: [],
        transactionToken: nil
      )
    )
  }

  // C callers get pointers to these strings, which are valid as long as the response.

  package var jsonBytes: Bytes { storage.parts.json }
  package var transactionIDBytes: Bytes? { storage.parts.transactionID }
  package var transactionTokenBytes: Bytes? { storage.parts.transactionToken }
  package var createdObjectIDBytes: [Bytes] { storage.parts.createdObjectIDs }

  private final class Storage: Sendable {
    let parts: ResponseParts
    init(_ parts: ResponseParts) { self.parts = parts }
  }
}

/// The parts of a response. The thread that receives the answer reads them once and then frees the answer.
struct ResponseParts: Sendable {
  let json: Bytes
  let transactionID: Bytes?
  let blockNumber: Int64?
  let transactionNumber: Int64?
  let createdObjectIDs: [Bytes]
  let transactionToken: Bytes?
}
