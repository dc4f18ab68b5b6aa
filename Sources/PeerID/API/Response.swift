/// What the server answered to a call that succeeded. Immutable.
///
/// The accessors read the parts of a transaction; each is `nil` or empty when the result is not one, for instance for
/// a read of the chain.
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
  public var createdObjectIDs: [String] { storage.parts.createdObjectIDs.map(\.text) }

  /// The token that confirms the transaction, when the application is one whose users sign each request.
  public var transactionToken: String? { storage.parts.transactionToken?.text }

  init(_ parts: ResponseParts) {
    storage = Storage(parts)
  }

  /// A list of texts as a JSON array.
  package init(listing texts: [String]) {
    self.init(
      ResponseParts(
        json: JSONLiteral.array(texts.map { .string($0) }).compactText,
        transactionID: nil,
        blockNumber: nil,
        transactionNumber: nil,
        createdObjectIDs: [],
        transactionToken: nil
      )
    )
  }

  // What C callers borrow lives as long as the response.

  package var jsonBytes: Bytes { storage.parts.json }
  package var transactionIDBytes: Bytes? { storage.parts.transactionID }
  package var transactionTokenBytes: Bytes? { storage.parts.transactionToken }
  package var createdObjectIDBytes: [Bytes] { storage.parts.createdObjectIDs }

  private final class Storage: Sendable {
    let parts: ResponseParts
    init(_ parts: ResponseParts) { self.parts = parts }
  }
}

/// What a response tells, read once, by the thread that has the answer; what was read from is then freed.
struct ResponseParts: Sendable {
  let json: Bytes
  let transactionID: Bytes?
  let blockNumber: Int64?
  let transactionNumber: Int64?
  let createdObjectIDs: [Bytes]
  let transactionToken: Bytes?
}

extension ResponseParts {
  /// The parts of a result that has been parsed; `nil` when memory ran out.
  init?(of result: JSONValue) {
    let json = result.compactText(expecting: 1024)
    // No JSON is empty.
    guard json.count > 0 else { return nil }
    let transaction = Self.transaction(in: result)
    self.init(
      json: json,
      transactionID: transaction?["id"]?.utf8.map { Bytes($0) },
      blockNumber: Self.integer(transaction?["block_num"]),
      transactionNumber: Self.integer(transaction?["trx_num"]),
      createdObjectIDs: Self.createdObjectIDs(in: transaction?["trx"]?["operation_results"]),
      transactionToken: result["transaction"] == nil ? nil : result["token"]?.utf8.map { Bytes($0) }
    )
  }

  /// A broadcast answers with an array of one confirmation, everything else with the confirmation itself.
  private static func transaction(in result: JSONValue) -> JSONValue? {
    let candidate = result.kind == .array ? result[0] : result
    guard let candidate, candidate["trx"] != nil || candidate["block_num"] != nil else { return nil }
    return candidate
  }

  /// An operation that creates an object answers `[1, "1.x.y"]`.
  private static func createdObjectIDs(in results: JSONValue?) -> [Bytes] {
    guard let results else { return [] }
    var identifiers: [Bytes] = []
    for index in 0..<results.count {
      guard let entry = results[index], entry[0]?.integer == 1, let id = entry[1]?.utf8 else { continue }
      identifiers.append(Bytes(id))
    }
    return identifiers
  }

  /// The server writes integers beyond 32 bits as strings.
  private static func integer(_ value: JSONValue?) -> Int64? {
    value?.integer ?? value?.string.flatMap { Int64($0) }
  }
}
