internal import PeerID

/// The calls that bring operations to the chain.
extension SandboxState {
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
    try requireConsent(of: caller.party, to: checked.map(\.definition.name))
    if checked.isEmpty { throw Refusal(500, "add operations first") }
    if let message = checked.lazy.compactMap(\.buildFault).first { throw Refusal(500, .string(message)) }

    let operations = checked.map(\.operation)
    guard caller.app.signingRequestRequired else {
      return try execute(operations, for: caller.party, sequence: sequence)
    }
    if caller.app.requiresSessionCookie, request.header("Cookie") == nil {
      throw Refusal(500, "Cannot read property 'id' of undefined")
    }
    return requestConfirmation(of: operations, for: caller.party)
  }

  /// `POST /app/transaction-token?token=…`: executes what waits for its confirmation.
  mutating func confirm(_ request: HTTPRequest, sequence: UInt64) throws(Refusal) -> JSONLiteral {
    let caller = try authenticate(request)
    var fields = FieldReader(NestedParameters.parse(request.query).root)
    let token = fields.string("token")
    try fields.finish()
    guard let waiting = transactionTokens[token], waiting.isActive, waiting.userID == caller.party.userID,
      waiting.clientID == caller.party.clientID
    else { throw Refusal(400, ["token": "Invalid token"]) }
    // The server spends the token before it broadcasts, so a refusal of the chain leaves nothing to confirm again.
    transactionTokens[token]?.isActive = false
    return try execute(waiting.operations, for: caller.party, sequence: sequence)
  }

  /// `POST /app/broadcast`: an already signed transaction. The result is an array of one.
  mutating func broadcast(
    _ body: JSONValue?,
    _ request: HTTPRequest,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    let caller = try authenticate(request)
    guard let value = body?["transaction"] else {
      throw Refusal(400, ["transaction": .string(SchemaFault.required.message())])
    }
    let operations: [ChainOperation]
    do throws(OperationChecker.Fault) {
      operations = try SignedTransaction.check(value)
    } catch {
      throw Refusal(400, ["transaction": .string(error.message)])
    }
    guard operations.allSatisfy({ caller.app.operations.contains($0.name) }) else { throw .operationInvalid }
    try requireConsent(of: caller.party, to: operations.map(\.name))
    return [try execute(operations, for: caller.party, sequence: sequence)]
  }

  private func requireConsent(of party: Party, to names: [String]) throws(Refusal) {
    let granted = consents[party] ?? []
    guard names.allSatisfy(granted.contains) else { throw .permissionMissing }
  }

  private mutating func execute(
    _ operations: [ChainOperation],
    for party: Party,
    sequence: UInt64
  ) throws(Refusal) -> JSONLiteral {
    if let message = settings.chainRefusal { throw Refusal(500, .string(message)) }
    do throws(Chain.Refusal) {
      return try chain.execute(
        operations,
        userID: party.userID,
        clientID: party.clientID,
        now: now,
        requestSequence: sequence
      )
    } catch {
      throw Refusal(500, .string(error.message))
    }
  }

  private mutating func requestConfirmation(of operations: [ChainOperation], for party: Party) -> JSONLiteral {
    let token = RandomText.hex(26)
    transactionTokens[token] = TransactionToken(
      userID: party.userID,
      clientID: party.clientID,
      operations: operations
    )
    let transaction = JSONLiteral.object(Chain.transaction(operations, block: chain.headBlock, now: now))
    let time = JSONLiteral.string(TimeText.iso(milliseconds: now))
    return [
      "id": .integer(Int64(transactionTokens.count)),
      "token": .string(token),
      "transaction": .string(transaction.compactText.text),
      "isActive": true,
      "user_id": .integer(Int64(party.userID)),
      "app_id": .integer(Int64(party.clientID)),
      "createdAt": time,
      "updatedAt": time,
    ]
  }
}
