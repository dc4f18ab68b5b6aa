extension Client {
  /// Finds an account of the chain by its name or its id.
  ///
  /// - Parameter name: the name, such as `pi-alice`, or the id, such as `1.2.31`.
  /// - Returns: the account's id and name.
  /// - Throws: `invalidArgument` when the chain has no such account; and the errors of a chain read.
  public func account(_ name: String) throws(PeerIDError) -> Account {
    try engine.account(of: try accountCall(name))
  }

  package func accountCall(_ name: String) throws(PeerIDError) -> Call {
    try Self.checkAccountName(name)
    return .task(.readChain) { [engine] (context) throws(PeerIDError) in
      .account(try AccountLookup(reader: engine.chainReader(context)).existing(name))
    }
  }

  static func checkAccountName(_ name: String) throws(PeerIDError) {
    guard !name.isEmpty else {
      throw PeerIDError(.invalidArgument, "the account's name is empty: give a name or an id such as 1.2.31")
    }
  }
}
