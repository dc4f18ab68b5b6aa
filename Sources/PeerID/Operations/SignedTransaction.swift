/// A signed transaction to broadcast.
enum SignedTransaction {
  private static let requiredKeys = ["ref_block_num", "ref_block_prefix", "expiration", "operations", "signatures"]

  /// Whether the text is a transaction rather than operations.
  static func isOne(_ json: UnsafeRawBufferPointer) -> Bool {
    guard let index = try? JSONIndex(json) else { return false }
    return index.withRoot { $0.member("transaction") != nil || $0.member("signatures") != nil }
  }

  /// The body of the request for a transaction, or for an object that contains it as `transaction`. Its text is sent
  /// unchanged, because the signatures cover the exact numbers.
  static func requestBody(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Bytes {
    let index = try JSONIndex(argument: json, "the transaction is")
    let isWrapped = try index.withRoot { (root) throws(PeerIDError) -> Bool in try Self.isWrapped(root) }
    return isWrapped ? Bytes(json) : Bytes.joining("{\"transaction\":", json, "}")
  }

  /// Whether the transaction is a member of the object; checks that it has all its parts.
  private static func isWrapped(_ root: JSONIndex.Value) throws(PeerIDError) -> Bool {
    let inner = root.member("transaction")
    let transaction = inner ?? root
    guard transaction.kind == .object else {
      throw PeerIDError(.invalidArgument, "the transaction must be a JSON object")
    }
    if let missing = requiredKeys.first(where: { transaction.member($0) == nil }) {
      throw PeerIDError(.invalidArgument, "transaction.\(missing) is required")
    }
    return inner != nil
  }
}
