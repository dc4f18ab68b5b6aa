/// Whether the chain shows that a user of PeerID has an account.
///
/// PeerID acts for a user through a custom permission on the user's account. Its name is `pid` followed by seven
/// letters.
enum AccountPermission: Equatable {
  case present
  case absent
  /// The node does not report permissions.
  case unknown

  /// Whether this is the name of such a permission.
  static func isNamedByPeerID(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.count == 10, bytes.starts(with: "pid".utf8) else { return false }
    return bytes.dropFirst(3).allSatisfy { $0.isLetter }
  }
}

/// Which chain account belongs to a user name.
///
/// An account that PeerID creates is named `pi-` plus the user name in lower case. If the user already had an account,
/// its name is the user name. So a user name has two possible accounts.
enum AccountDecision: Equatable {
  case found(Account, isVerified: Bool)
  /// Both accounts are possible.
  case ambiguous(Account, Account)
  case none

  /// The names that the account of a user can have.
  static func names(ofUser user: String) -> [String] {
    let lowered = user.asciiLowercased
    return ["pi-" + lowered, lowered]
  }

  /// The name without `pi-` for a name that starts with it, otherwise the name with `pi-`: users confuse the two. `nil`
  /// for an id.
  static func otherName(_ name: String) -> String? {
    if ObjectInstance.isAccount(name) { return nil }
    let lowered = name.asciiLowercased
    return lowered.begins(with: "pi-") ? String(Substring(lowered.utf8.dropFirst(3))) : "pi-" + lowered
  }

  /// The decision after another of these names has turned out to be an account.
  func adding(_ account: Account, _ permission: AccountPermission) -> AccountDecision {
    if permission == .absent { return self }
    switch self {
    case .none: return .found(account, isVerified: permission == .present)
    case .found(let one, _): return .ambiguous(one, account)
    case .ambiguous: return self
    }
  }
}
