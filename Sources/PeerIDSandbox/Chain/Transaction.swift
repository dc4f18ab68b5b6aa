internal import PeerID

/// An operation in a transaction.
struct ChainOperation: Sendable {
  let id: Int32
  let name: String
  /// The fields as the node echoes them.
  let fields: JSONLiteral
  /// The operation as the application sent it; `nil` if the operation was made by the server or comes from a signed
  /// transaction.
  var request: Bytes?

  /// `[id, {…}]`.
  var literal: JSONLiteral { [.integer(Int64(id)), fields] }

  var document: JSONDocument { fields.document }
}

/// A transaction with its signatures.
struct Transaction: Sendable {
  let id: String
  let expiration: Int64
  let operations: [ChainOperation]
  let members: [(String, JSONLiteral)]

  /// A transaction that the server builds. The salt distinguishes equal transactions in one block.
  init(
    referenceBlock: Int64,
    referencePrefix: Int64,
    expiration: Int64,
    operations: [ChainOperation],
    signatures: [String],
    salt: Int
  ) {
    self.expiration = expiration
    self.operations = operations
    members = [
      ("ref_block_num", .integer(referenceBlock)),
      ("ref_block_prefix", .integer(referencePrefix)),
      ("expiration", .string(TimeText.chain(seconds: expiration))),
      ("operations", .array(operations.map(\.literal))),
      ("extensions", []),
      ("signatures", .array(signatures.map { .string($0) })),
    ]
    let content = JSONLiteral.array([
      .integer(referenceBlock), .integer(Int64(salt)), .array(operations.map(\.literal)),
    ])
    id = Self.hash(content)
  }

  /// A transaction that an application has signed. Its id depends on everything but the signatures, so that sending it
  /// again is a duplicate.
  init(signed value: JSONValue, operations: [ChainOperation]) {
    self.operations = operations
    let expiration = value["expiration"].map { JSONLiteral.value($0) } ?? .null
    self.expiration = value["expiration"]?.string.flatMap { TimeText.seconds(chain: $0) } ?? 0
    let unsigned: [(String, JSONLiteral)] = [
      ("ref_block_num", Self.number(value["ref_block_num"])),
      ("ref_block_prefix", Self.number(value["ref_block_prefix"])),
      ("expiration", expiration),
      ("operations", .array(operations.map(\.literal))),
      ("extensions", value["extensions"].map { .value($0) } ?? []),
    ]
    members = unsigned + [("signatures", value["signatures"].map { .value($0) } ?? [])]
    id = Self.hash(.object(unsigned))
  }

  /// A number, or a string with a number.
  private static func number(_ value: JSONValue?) -> JSONLiteral {
    guard let value, let number = try? Schema.number(value, minimum: nil, maximum: nil) else { return .null }
    return Int64(exactly: number).map { .integer($0) } ?? .real(number)
  }

  /// The first 20 bytes of a SHA-256, as on the chain. (The chain hashes the binary transaction, not its JSON.)
  private static func hash(_ content: JSONLiteral) -> String {
    String(SHA256.hexDigest(content.compactText.text).prefix(40))
  }
}

/// The origin of a transaction.
struct Origin: Sendable {
  let userID: Int
  let clientID: Int
  /// The number, in the log, of the request that caused the transaction.
  let requestSequence: UInt64
  /// Whether the transaction was made for an application, not by the server itself.
  let isApplication: Bool
}

/// A transaction in the node's pool.
struct PooledTransaction: Sendable {
  let transaction: Transaction
  let origin: Origin
  /// When a block includes the transaction, in milliseconds since 1970; `nil`: the transaction expires in the pool.
  let includedAt: Int64?
}

/// One operation that the chain has executed.
struct ExecutedOperation: Sendable {
  /// The instance of its history object, `1.11.N`.
  let number: Int
  let transactionID: String
  let block: Int64
  let transactionInBlock: Int
  let operationInTransaction: Int
  let origin: Origin
  let operation: ChainOperation
  let result: JSONLiteral
}

/// One transaction that the chain has executed.
struct ExecutedTransaction: Sendable {
  let id: String
  let block: Int64
  let numberInBlock: Int
  let expiration: Int64
  let literal: JSONLiteral
}
