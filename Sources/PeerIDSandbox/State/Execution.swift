internal import PeerID

/// A fault between the server and the chain.
enum ChainFault: Equatable {
  /// The transaction never reaches the node.
  case lost
  /// The node keeps the transaction in its pool. A block includes it after this time, in milliseconds; `nil`: never.
  case held(includedAfter: Int64?)
  /// The node refuses the transaction with this message.
  case refused(String)
}

/// Sends transactions to the chain.
extension SandboxState {
  /// Produces the blocks that are due.
  mutating func advanceChain() {
    chain.advance(to: now, applyingRules: settings.appliesChainRules)
  }

  /// Builds, signs and pushes a transaction with an application's operations.
  mutating func execute(_ operations: [ChainOperation], _ origin: Origin) throws(Chain.Refusal) -> JSONLiteral {
    let transaction = chain.build(operations, now: now)
    do throws(Chain.Refusal) {
      if settings.appliesChainRules { try checkAuthorities(operations) }
      return try push(transaction, origin)
    } catch {
      throw Chain.Refusal(
        message: ChainMessage.refusal(
          error.message,
          transactionID: transaction.id,
          transaction: .object(transaction.members)
        )
      )
    }
  }

  /// Pushes a transaction. A fault of the request takes precedence, and then the setting that refuses all transactions.
  mutating func push(_ transaction: Transaction, _ origin: Origin) throws(Chain.Refusal) -> JSONLiteral {
    let fault = chainFault
    chainFault = nil
    switch fault {
    case .refused(let message): throw Chain.Refusal(message: message)
    case .lost: return .null
    case .held(let delay):
      chain.hold(transaction, origin, includedAt: delay.map { now + $0 })
      return .null
    case nil: break
    }
    if let message = settings.chainRefusal { throw Chain.Refusal(message: message) }
    return try chain.push(transaction, origin, applyingRules: settings.appliesChainRules)
  }

  /// Changes a user's authorities on the chain. Like the server, this uses one operation for each operation of the app.
  mutating func changeAuthorities(
    _ operation: String,
    of party: Party,
    _ operations: [String],
    sequence: UInt64
  ) throws(Chain.Refusal) {
    guard !operations.isEmpty else { throw Chain.Refusal(message: "add operations first") }
    let user = user(id: party.userID)
    let definition = OperationCatalogue.standard.operation(named: operation)
    let changes = operations.map { name in
      ChainOperation(
        id: definition?.id ?? 0,
        name: operation,
        fields: [
          "fee": ["amount": 0, "asset_id": "1.3.0"],
          "operation_type": .integer(Int64(OperationCatalogue.standard.operation(named: name)?.id ?? 0)),
          "owner_account": .string(user?.account ?? ""),
          "extensions": [],
        ]
      )
    }
    let origin = Origin(
      userID: party.userID,
      clientID: party.clientID,
      requestSequence: sequence,
      isApplication: false
    )
    let transaction = chain.build(changes, now: now)
    if case .refused(let message)? = chainFault {
      chainFault = nil
      throw Chain.Refusal(message: message)
    }
    if let message = settings.chainRefusal { throw Chain.Refusal(message: message) }
    // The server itself pays for these operations, so the sandbox checks neither rules nor balances.
    _ = try chain.push(transaction, origin, applyingRules: false)
  }

  /// Checks that the paying accounts have granted PeerID these operations. The chain does not know applications, so it
  /// is enough that the account's user has granted the operation to any application.
  private func checkAuthorities(_ operations: [ChainOperation]) throws(Chain.Refusal) {
    let now = now
    for operation in operations {
      guard let payer = ChainRule.all[operation.name]?.payer(of: operation.document.root) else { continue }
      guard chain.objects.byID[payer] != nil else {
        throw Chain.Refusal(
          message: ChainMessage.assertion("obj != nullptr: Unable to find Object \(payer)")
        )
      }
      let isAllowed = authorities.contains { party, granted in
        user(id: party.userID)?.account == payer && (granted[operation.name] ?? .min) > now
      }
      if !isAllowed { throw Chain.Refusal(message: ChainMessage.missingAuthority(payer)) }
    }
  }
}
