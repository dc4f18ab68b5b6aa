// The chain account of the session's user.

extension Session {
  /// The chain account of the session's user: the account that operations name as payer.
  ///
  /// The server does not return the account. The application can set it. After a login with a user name, the library
  /// finds it on the chain: it is the account `pi-<user name>` or `<user name>` on which PeerID has its permission. The
  /// result is cached. After an exchange of a code or a login with an e-mail address the user name is unknown: ask the
  /// user for the account and set it.
  ///
  /// - Returns: the account's id and name.
  /// - Throws: `configuration` when the account is not known (the message says what to do); and the errors of a chain
  ///   read.
  public func account() throws(PeerIDError) -> Account {
    try engine.account(of: try accountCall())
  }

  /// Sets the account of the session's user. The account is looked up on the chain and stored with the session.
  ///
  /// Use this when `account()` cannot find the account and the user has named it. If PeerID has no permission on the
  /// account, a warning is logged.
  ///
  /// - Parameter name: the account's name, such as `pi-alice`, or its id, such as `1.2.31`.
  /// - Returns: the account's id and name.
  /// - Throws: `invalidArgument` when the chain has no such account; `store` when the account could not be saved; and
  ///   the errors of a chain read.
  public func setAccount(_ name: String) throws(PeerIDError) -> Account {
    try engine.account(of: try setAccountCall(name))
  }

  package func accountCall() throws(PeerIDError) -> Call {
    try checkLoggedIn()
    return .task(.readChain) { [engine, core] (context) throws(PeerIDError) in
      if let known = core.knownAccount(context) { return .account(known) }
      return .account(core.keep(found: try Self.find(core.token.user, engine.chainReader(context, for: core))))
    }
  }

  private static func find(_ user: String?, _ reader: ChainReader) throws(PeerIDError) -> Account {
    func unknown(_ problem: String) -> PeerIDError {
      let name = user.map { "the user '\($0)'" } ?? "the session's user"
      let remedy = "ask the user for the account, and set it as the account of the session"
      return PeerIDError(.configuration, "the account of \(name) \(problem): \(remedy)")
    }
    guard let user else { throw unknown("is not known, because the login did not tell a user name") }
    switch try AccountLookup(reader: reader).decision(user: user) {
    case .found(let account, isVerified: true): return account
    case .found(let account, isVerified: false):
      let shown = "\(account.name) (\(account.id))"
      throw unknown("may be \(shown), but the node does not tell whether PeerID has a permission on it")
    case .ambiguous(let one, let other):
      throw unknown("is either \(one.name) (\(one.id)) or \(other.name) (\(other.id))")
    case .none:
      let names = AccountDecision.names(ofUser: user).joined(separator: " or ")
      throw unknown("is not known, because PeerID has no permission on an account \(names)")
    }
  }

  package func setAccountCall(_ name: String) throws(PeerIDError) -> Call {
    try checkLoggedIn()
    try Client.checkAccountName(name)
    return .task(.readChain) { [engine, core] (context) throws(PeerIDError) in
      let lookup = AccountLookup(reader: engine.chainReader(context, for: core))
      let account = try lookup.existing(name)
      if try lookup.permission(account) == .absent {
        core.log(.warning, "PeerID has no permission on the account \(account.name), which was set")
      }
      try core.setAccount(account, context)
      return .account(account)
    }
  }

  /// Warnings about operations whose payer is not the session's account. The server does not compare the accounts.
  func otherPayers(_ batch: OperationBatch) -> [String] {
    guard let account = core.token.account else { return [] }
    var warnings: [String] = []
    try? Mark.withOperations(of: batch.body) { operations in
      for (position, operation) in operations.enumerated() where operation.isPaid(byOtherThan: account) {
        warnings.append(
          "operations[\(position)] is paid by \(operation.payer), but the session's account is \(account.id) "
            + "(\(account.name)); the server does not compare them"
        )
      }
    }
    return warnings
  }
}

extension RequestedOperation {
  /// Whether a user's account other than `account` pays for the operation.
  fileprivate func isPaid(byOtherThan account: Account) -> Bool {
    definition.accountThatPays == nil && payer != account.id
  }
}
