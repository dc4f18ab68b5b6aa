/// Whether an account on the chain has PeerID's permission. An account with the permission belongs to a user of PeerID.
///
/// PeerID acts for a user through a custom permission on the user's account. The permission's name is `pid` followed by
/// seven letters.
enum AccountPermission: Equatable {
  case present
  case absent
  /// The node does not report permissions.
  case unknown

  /// Whether the name has the form of the permissions that PeerID creates: `pid` and seven letters.
  static func isNamedByPeerID(_ name: String) -> Bool {
    name.withBytes { $0.count == 10 && $0.begins(with: "pid") && $0.dropFirst(3).allSatisfy { $0.isLetter } }
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

  /// The other name that a user may mean, because users confuse the two: `alice` for `pi-alice`, and `pi-alice` for
  /// `alice`. `nil` for an id.
  static func otherName(_ name: String) -> String? {
    if ObjectInstance.isAccount(name) { return nil }
    let lowered = name.asciiLowercased
    return lowered.begins(with: "pi-") ? String(Substring(lowered.utf8.dropFirst(3))) : "pi-" + lowered
  }

  /// Adds an account that has one of these names. An account without PeerID's permission does not count.
  func adding(_ account: Account, _ permission: AccountPermission) -> AccountDecision {
    if permission == .absent { return self }
    switch self {
    case .none: return .found(account, isVerified: permission == .present)
    case .found(let one, _): return .ambiguous(one, account)
    case .ambiguous: return self
    }
  }
}
