/// A transaction that was signed elsewhere and is to be broadcast.
enum SignedTransaction {
  private static let requiredKeys = ["ref_block_num", "ref_block_prefix", "expiration", "operations", "signatures"]

  /// The body of the request for a transaction, or for an object that holds it under `transaction`. Its text is sent
  /// as it was written: the signatures are over its exact numbers.
  static func requestBody(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Bytes {
    let root: JSONValue
    do throws(JSONSyntaxError) {
      root = try JSONDocument(parsing: json, rejectDuplicates: true).root
    } catch {
      if let shortage = PeerIDError(outOfMemory: error) { throw shortage }
      throw PeerIDError(
        .invalidArgument,
        "the transaction is not JSON (line \(error.line), column \(error.column)): \(error.reason)"
      )
    }
    let inner = root["transaction"]
    let transaction = inner ?? root
    guard transaction.kind == .object else {
      throw PeerIDError(.invalidArgument, "the transaction must be a JSON object")
    }
    if let missing = requiredKeys.first(where: { transaction.member($0) == nil }) {
      throw PeerIDError(.invalidArgument, "transaction.\(missing) is required")
    }
    if inner != nil { return Bytes(json) }
    return Bytes.joining("{\"transaction\":", json, "}")
  }
}
