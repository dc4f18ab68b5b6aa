/// Whether the chain shows that a user of PeerID has an account.
///
/// Every user has a custom permission on his account, named `pid` and seven letters, by which PeerID acts for him.
enum AccountPermission: Equatable {
  case present
  case absent
  /// The node does not tell permissions.
  case unknown

  /// Whether this is the name of such a permission.
  static func isNamedByPeerID(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.count == 10, bytes.starts(with: "pid".utf8) else { return false }
    return bytes.dropFirst(3).allSatisfy { 0x61...0x7A ~= $0 | 0x20 }
  }
}

/// Which account a user's name stands for.
///
/// PeerID names the accounts that it makes `pi-` and the user name in lower case. An account that existed before keeps
/// its name, which is the user name then. So there are two accounts that it can be.
enum AccountDecision: Equatable {
  case found(Account, isVerified: Bool)
  /// Both can be it.
  case ambiguous(Account, Account)
  case none

  /// The names that the account of a user can have.
  static func names(ofUser user: String) -> [String] {
    let lowered = user.lowercased()
    return ["pi-" + lowered, lowered]
  }

  /// The decision when an account exists under one more of these names.
  func adding(_ account: Account, _ permission: AccountPermission) -> AccountDecision {
    if permission == .absent { return self }
    switch self {
    case .none: return .found(account, isVerified: permission == .present)
    case .found(let one, _): return .ambiguous(one, account)
    case .ambiguous: return self
    }
  }
}
