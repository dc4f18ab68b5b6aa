/// A record that is made before operations are sent, to find out later whether they were done.
///
/// A mark is JSON, which a program may keep in its database: `{"mark":1,"payer":"1.2.31","after":"1.11.57","sent_by":
/// 1790000000,"request":{"operations":[…]}}`.
struct Mark {
  /// How long after a mark is made its operations may be sent, in seconds.
  static let secondsToSend: Int64 = 120

  /// The account that pays for the first operation; its history shows whether the operations were done.
  let payer: String
  /// The newest entry of the payer's history before the operations were sent; `1.11.0` when there was none.
  let after: String
  /// The latest time at which the operations can have been sent, in seconds since 1970 by the server's clock.
  let sentBy: Int64
  /// The request's body: `{"operations":[…]}`, or `{"transaction":{…}}` for a signed transaction.
  let request: Bytes
  /// When a signed transaction expires, in seconds since 1970; `nil` for operations that the server signs.
  var expiration: Int64?

  /// The mark as JSON.
  var json: Bytes {
    let head: JSONLiteral = [
      "mark": 1, "payer": .string(payer), "after": .string(after), "sent_by": .integer(sentBy), "request": .null,
    ]
    let start = String(Substring(head.compactText.text.utf8.dropLast("null}".utf8.count)))
    return Bytes(start + request.text + "}")
  }
}

extension Mark {
  /// Reads a mark.
  init(_ json: UnsafeRawBufferPointer) throws(PeerIDError) {
    self = try JSONIndex(argument: json, "mark is").withRoot { (root) throws(PeerIDError) in
      guard root.member("mark")?.integer == 1, let payer = root.member("payer")?.string,
        let after = root.member("after")?.string, ObjectInstance.of(after) != nil,
        let sentBy = root.member("sent_by")?.integer, let request = root.member("request"), request.kind == .object
      else {
        throw PeerIDError(
          .invalidArgument,
          "mark is not a mark: pass the mark of a session or of an error, unchanged"
        )
      }
      let body = Bytes(request.source)
      // Before the chain is read, reject operations that cannot be compared.
      try Mark.withOperations(of: body) { _ in }
      let expiration = request.member("transaction")?.member("expiration")?.utf8.flatMap(Timestamp.fromChain)
      return Mark(payer: payer, after: after, sentBy: sentBy, request: body, expiration: expiration)
    }
  }

  /// The parameters of `get_account_history` for the newest entry of an account.
  static func newest(of payer: String) -> [JSONLiteral] {
    [.string(payer), "1.11.0", "1", "1.11.0"]
  }

  /// The newest entry in an answer of `get_account_history`.
  static func newestEntry(in history: Response) throws(PeerIDError) -> String {
    try history.jsonBytes.withBytes { (json) throws(PeerIDError) in
      try ChainAnswer.read(json, "get_account_history", newestEntry)
    }
  }

  static func newestEntry(_ history: JSONIndex.Value) -> String? {
    guard history.kind == .array else { return nil }
    return history.count == 0 ? "1.11.0" : history[0]?.member("id")?.string
  }

  /// The account that pays for the first operation of a request's body.
  static func payer(of request: Bytes) throws(PeerIDError) -> String {
    try Self.withOperations(of: request) { $0[0].payer }
  }

  /// Passes the operations of a request's body to `body`; there is at least one.
  static func withOperations<Result>(
    of request: Bytes,
    _ body: ([RequestedOperation]) throws(PeerIDError) -> Result
  ) throws(PeerIDError) -> Result {
    try request.withBytes { (json) throws(PeerIDError) in
      try JSONIndex(argument: json, "the operations are").withRoot { (root) throws(PeerIDError) in
        let transaction = root.member("transaction")
        let list = (transaction ?? root).member("operations")?.elements ?? []
        var operations: [RequestedOperation] = []
        for (position, operation) in list.enumerated() {
          operations.append(try requested(operation, isSigned: transaction != nil, at: position))
        }
        guard !operations.isEmpty else { throw PeerIDError(.invalidArgument, "there is no operation to look for") }
        return try body(operations)
      }
    }
  }

  private static func requested(
    _ operation: JSONIndex.Value,
    isSigned: Bool,
    at position: Int
  ) throws(PeerIDError) -> RequestedOperation {
    let catalogue = OperationCatalogue.standard
    let definition =
      isSigned
      ? operation[0]?.wholeNumber.flatMap { Int32(exactly: $0) }.flatMap(catalogue.operation(id:))
      : operation.member(OperationField.operationName)?.string.flatMap(catalogue.operation(named:))
    let fields = isSigned ? operation[1] : operation
    guard let definition, let fields, fields.kind == .object else {
      throw PeerIDError(
        .invalidArgument,
        "operations[\(position)] is not in the library's catalogue, so its payer is not known"
      )
    }
    guard let payer = definition.accountThatPays ?? fields.member(definition.payer)?.comparableText else {
      throw PeerIDError(.invalidArgument, "operations[\(position)].\(definition.payer), the payer, is missing")
    }
    return RequestedOperation(definition: definition, fields: fields, payer: payer)
  }
}
