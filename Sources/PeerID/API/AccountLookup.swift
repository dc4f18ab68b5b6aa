/// Finds accounts of the chain.
struct AccountLookup {
  let reader: ChainReader

  /// The account with this name or id; `nil` when the chain has none.
  func account(_ name: String) throws(PeerIDError) -> Account? {
    if ObjectInstance.isAccount(name) {
      return try reader.read("database", "get_objects", [.array([.string(name)])]) { list in
        list.kind == .array ? list[0].flatMap(Self.account) : nil
      }
    }
    return try reader.read("database", "get_account_by_name", [.string(name)], Self.account)
  }

  /// The account with this name or id, which must exist.
  func existing(_ name: String) throws(PeerIDError) -> Account {
    if let found = try account(name) { return found }
    let missing = "the chain has no account '\(name.cut(to: 80))'"
    guard let other = AccountDecision.otherName(name), let near = try? account(other) else {
      throw PeerIDError(.invalidArgument, missing)
    }
    throw PeerIDError(
      .invalidArgument,
      missing + "; did you mean '\(near.name)' (\(near.id))? PeerID names the accounts that it makes pi-<user name>"
    )
  }

  /// Decides which account belongs to a user name.
  func decision(user: String) throws(PeerIDError) -> AccountDecision {
    var decision = AccountDecision.none
    for name in AccountDecision.names(ofUser: user) {
      guard let account = try account(name) else { continue }
      decision = decision.adding(account, try permission(account))
    }
    return decision
  }

  /// Whether PeerID may act for an account.
  func permission(_ account: Account) throws(PeerIDError) -> AccountPermission {
    do throws(PeerIDError) {
      return try reader.read("database", "get_custom_permissions", [.string(account.id)]) { list in
        guard list.kind == .array else { return nil }
        let isPresent = list.elements.contains {
          $0.member("permission_name")?.string.map(AccountPermission.isNamedByPeerID) ?? false
        }
        return isPresent ? .present : .absent
      }
    } catch  where error.reason == .unknownMethod {
      return .unknown
    }
  }

  /// Reads an account from an answer. `.some(nil)` means that the node has no such account, `nil` that the answer is
  /// unexpected.
  private static func account(_ found: JSONIndex.Value) -> Account?? {
    if found.kind == .null { return .some(nil) }
    guard let id = found.member("id")?.string, let name = found.member("name")?.string else { return nil }
    return Account(id: id, name: name)
  }
}

extension Account {
  /// A response whose result is the account as JSON.
  package var response: Response { Response(json: literal.compactText) }
}
