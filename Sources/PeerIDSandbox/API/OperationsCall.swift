internal import PeerID

/// The calls that send operations to the chain.
extension SandboxState {
  /// The maximum length of the operations of a transaction token: the width of the database column.
  private static let longestTransaction = 255

  /// `POST /app/operations`.
  mutating func operations(
    _ body: JSONValue?,
    _ request: HTTPRequest,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    let caller = try authenticate(request)
    guard let value = body?["operations"] else {
      throw Refusal(400, ["operations": .string(SchemaFault.required.message())])
    }
    let checked: [CheckedOperation]
    do throws(OperationChecker.Fault) {
      checked = try OperationChecker.check(value)
    } catch {
      throw Refusal(400, ["operations": .string(error.message)])
    }
    for entry in checked {
      guard entry.definition.isKnownToServer, caller.app.operations.contains(entry.definition.name) else {
        throw .operationInvalid
      }
    }
    let granted = authorities[caller.party] ?? [:]
    guard checked.allSatisfy({ granted[$0.definition.name] != nil }) else { throw .permissionMissing }
    if caller.app.signingRequestRequired {
      return try requestConfirmation(of: checked, caller, request)
    }
    return try execute(checked, caller.party, sequence: sequence)
  }

  /// `POST /app/transaction-token?token=…`: executes the operations that this token confirms. The access token
  /// may belong to any app.
  mutating func confirm(_ request: HTTPRequest, sequence: UInt64) throws(Refusal) -> JSONLiteral {
    _ = try authenticate(request)
    var fields = FieldReader(NestedParameters.parse(request.query).root)
    let token = fields.string("token")
    try fields.finish()
    guard let waiting = transactionTokens[token], waiting.isActive else {
      throw Refusal(400, ["token": "Invalid token"])
    }
    // The server invalidates the token before it broadcasts, so the token cannot be used again if the chain refuses.
    transactionTokens[token]?.isActive = false
    let party = Party(userID: waiting.userID, clientID: waiting.clientID)
    return try execute(waiting.operations, party, sequence: sequence)
  }

  /// `POST /app/broadcast`: an already signed transaction. The result is an array of one element. The server does not
  /// report why the chain refuses.
  mutating func broadcast(
    _ body: JSONValue?,
    _ request: HTTPRequest,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    let caller = try authenticate(request)
    let operations: [ChainOperation?]
    do throws(OperationChecker.Fault) {
      operations = try SignedTransaction.check(body?["transaction"])
    } catch {
      throw Refusal(400, ["transaction": .string(error.message)])
    }
    let known = operations.compactMap { $0 }
    guard let transaction = body?["transaction"], known.count == operations.count,
      known.allSatisfy({ caller.app.operations.contains($0.name) })
    else { throw Refusal(400, "operations invalid", quotesStatus: true) }
    do throws(Chain.Refusal) {
      return [try push(Transaction(signed: transaction, operations: known), origin(caller.party, sequence))]
    } catch {
      throw .serverError
    }
  }

  private func origin(_ party: Party, _ sequence: UInt64) -> Origin {
    Origin(userID: party.userID, clientID: party.clientID, requestSequence: sequence, isApplication: true)
  }

  private mutating func execute(
    _ checked: [CheckedOperation],
    _ party: Party,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    if let message = checked.lazy.compactMap(\.buildFault).first { throw Refusal(500, .string(message)) }
    return try execute(checked.map(\.operation), party, sequence: sequence)
  }

  private mutating func execute(
    _ operations: [ChainOperation],
    _ party: Party,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    if operations.isEmpty { throw Refusal(500, "add operations first") }
    do throws(Chain.Refusal) {
      return try execute(operations, origin(party, sequence))
    } catch {
      throw Refusal(500, .string(error.message))
    }
  }

  /// Stores the operations under a transaction token. The server stores it for the user of the session cookie, and
  /// fails without that cookie.
  private mutating func requestConfirmation(
    of checked: [CheckedOperation],
    _ caller: Caller,
    _ request: HTTPRequest
  ) throws(Refusal) -> JSONLiteral {
    let needsCookie = caller.app.requiresSessionCookie ?? settings.requiresSessionCookie
    guard let userID = sessionUser(request) ?? (needsCookie ? nil : caller.party.userID) else { throw .serverError }
    let transaction = JSONLiteral.array(checked.map(\.given)).compactText.text
    guard transaction.utf16.count <= Self.longestTransaction else { throw .serverError }
    let token = Identifiers.hex(26)
    transactionTokens[token] = TransactionToken(
      userID: userID,
      clientID: caller.party.clientID,
      operations: checked.map(\.operation)
    )
    let time = JSONLiteral.string(TimeText.iso(milliseconds: now))
    return [
      "isActive": true,
      "id": .integer(Int64(transactionTokens.count)),
      "user_id": .integer(Int64(userID)),
      "app_id": .integer(Int64(caller.party.clientID)),
      "token": .string(token),
      "transaction": .string(transaction),
      "updatedAt": time,
      "createdAt": time,
    ]
  }
}
