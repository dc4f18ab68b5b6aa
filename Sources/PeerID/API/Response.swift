/// What the server answered to a call that succeeded. Immutable.
///
/// The accessors read the parts of a transaction; each is `nil` or empty when the result is not one, for instance for
/// a read of the chain.
public struct Response: Sendable {
  private let result: JSONValue
  /// The result as compact JSON at an address that lives as long as the response.
  package let jsonBytes: Bytes

  init(result: JSONValue, expecting length: Int = 1024) {
    self.result = result
    jsonBytes = result.compactText(expecting: length)
  }

  /// A list of texts as a JSON array.
  package init(listing texts: [String]) {
    self.init(result: JSONLiteral.array(texts.map { .string($0) }).document.root)
  }

  /// The whole result as compact JSON. Integers are exact and keys keep the server's order.
  public var json: String { jsonBytes.text }

  /// The id of the transaction, 40 hexadecimal digits.
  public var transactionID: String? { transactionIDText?.text }

  /// The number of the block that holds the transaction.
  public var blockNumber: Int64? { transaction.flatMap { integer($0["block_num"]) } }

  /// The transaction's place in its block, from 0.
  public var transactionNumber: Int64? { transaction.flatMap { integer($0["trx_num"]) } }

  /// The ids of the objects that the operations created, in the order of the operations.
  public var createdObjectIDs: [String] {
    (0..<createdObjectIDCount).compactMap { createdObjectID(at: $0)?.text }
  }

  /// The token that confirms the transaction, when the application is one whose users sign each request.
  public var transactionToken: String? { transactionTokenText?.text }

  /// A string inside the result, with a NUL behind it, valid as long as the response.
  package struct BorrowedText {
    package let utf8: UnsafeRawBufferPointer
    var text: String { String(decoding: utf8, as: UTF8.self) }
  }

  package var transactionIDText: BorrowedText? {
    transaction?["id"]?.utf8.map { BorrowedText(utf8: $0) }
  }

  package var transactionTokenText: BorrowedText? {
    guard result["transaction"] != nil else { return nil }
    return result["token"]?.utf8.map { BorrowedText(utf8: $0) }
  }

  package var createdObjectIDCount: Int {
    var count = 0
    forEachCreatedObjectID { _ in
      count += 1
      return true
    }
    return count
  }

  package func createdObjectID(at index: Int) -> BorrowedText? {
    var rest = index
    var found: BorrowedText?
    forEachCreatedObjectID { text in
      if rest == 0 { found = BorrowedText(utf8: text) }
      rest -= 1
      return found == nil
    }
    return found
  }

  /// A broadcast answers with an array of one confirmation, everything else with the confirmation itself.
  private var transaction: JSONValue? {
    let candidate = result.kind == .array ? result[0] : result
    guard let candidate, candidate["trx"] != nil || candidate["block_num"] != nil else { return nil }
    return candidate
  }

  /// An operation that creates an object answers `[1, "1.x.y"]`.
  private func forEachCreatedObjectID(_ body: (UnsafeRawBufferPointer) -> Bool) {
    guard let results = transaction?["trx"]?["operation_results"] else { return }
    for index in 0..<results.count {
      guard let entry = results[index], entry[0]?.integer == 1, let id = entry[1]?.utf8 else { continue }
      if !body(id) { return }
    }
  }

  /// The server writes integers beyond 32 bits as strings.
  private func integer(_ value: JSONValue?) -> Int64? {
    value?.integer ?? value?.string.flatMap { Int64($0) }
  }
}
