internal import PeerID

/// The objects of the chain, found by their ids. Objects come from the fixture, or are created by operations.
struct ChainObjects {
  private(set) var byID: [String: JSONLiteral] = [:]
  /// Names and ids of all accounts, oldest first.
  private(set) var accounts: [(id: String, name: String)] = []
  /// Offers that have ended, oldest first.
  private(set) var endedOffers: [JSONLiteral] = []
  private var nextInstances: [String: Int64] = [:]

  /// The account with which PeerID signs, named in the users' permissions.
  static let payingAccount = "1.2.20"

  private static let specialAccounts = [
    "committee-account", "witness-account", "relaxed-committee-account", "null-account", "temp-account",
    "proxy-to-self",
  ]

  init(_ fixture: Fixture) {
    for (instance, name) in Self.specialAccounts.enumerated() { addAccount("1.2.\(instance)", name) }
    addAccount(Self.payingAccount, "peerid-payer")
    for user in fixture.users { addAccount(user.account, user.accountName) }
    byID["1.3.0"] = ["id": "1.3.0", "symbol": "PPY", "precision": 5, "dynamic_asset_data_id": "2.3.0"]
    byID["2.0.0"] = [
      "id": "2.0.0", "parameters": ["block_interval": 3, "committee_proposal_review_period": 1_209_600],
    ]
    for (id, object) in fixture.chain?.objects ?? [] { byID[id] = object }
  }

  private mutating func addAccount(_ id: String, _ name: String) {
    if let place = accounts.firstIndex(where: { $0.id == id }) { accounts.remove(at: place) }
    accounts.append((id, name))
    let key = "PPY" + String(repeating: "1", count: 42) + String(id.drop { $0 != "." }.filter(\.isNumber))
    let authority: JSONLiteral = [
      "weight_threshold": 1, "account_auths": [], "key_auths": [[.string(key), 1]], "address_auths": [],
    ]
    byID[id] = [
      "id": .string(id), "membership_expiration_date": "1970-01-01T00:00:00", "registrar": .string(Self.payingAccount),
      "referrer": .string(Self.payingAccount), "lifetime_referrer": .string(Self.payingAccount),
      "name": .string(name), "owner": authority, "active": authority,
      "options": [
        "memo_key": .string(key), "voting_account": "1.2.5", "num_witness": 0, "num_committee": 0, "num_son": 0,
        "votes": [], "extensions": [],
      ],
      "statistics": .string("2.6" + id.dropFirst(3)), "whitelisting_accounts": [], "blacklisting_accounts": [],
      "whitelisted_accounts": [], "blacklisted_accounts": [], "owner_special_authority": [0, [:]],
      "active_special_authority": [0, [:]], "top_n_control_flags": 0,
    ]
  }

  /// The objects of a space such as `1.31`, in the order of their ids.
  func all(in space: String) -> [(id: String, object: JSONLiteral)] {
    byID.filter { $0.key.hasPrefix(space + ".") }.map { ($0.key, $0.value) }
      .sorted { Self.instance($0.id) < Self.instance($1.id) }
  }

  /// The number after the last dot of an id; -1 for a string that is not an id.
  static func instance(_ id: String) -> Int64 { id.split(separator: ".").last.flatMap { Int64($0) } ?? -1 }

  /// The first account or asset in the fields that does not exist on the chain.
  func missingReference(of fields: JSONValue) -> String? {
    if let text = fields.string {
      guard text.hasPrefix("1.2.") || text.hasPrefix("1.3."), Self.instance(text) >= 0 else { return nil }
      return byID[text] == nil ? text : nil
    }
    for (_, member) in fields.members {
      if let missing = missingReference(of: member) { return missing }
    }
    return fields.elements.lazy.compactMap { missingReference(of: $0) }.first
  }

  /// Applies the operation to the objects; returns its result and the object that it creates.
  mutating func apply(_ operation: ChainOperation) -> (result: JSONLiteral, made: String?) {
    let fields = operation.document.root
    switch operation.name {
    case "limit_order_cancel":
      let order = fields["order"]?.string.flatMap { byID.removeValue(forKey: $0) }?.document.root["amount_to_sell"]
      return ([2, order.map { .value($0) } ?? ["amount": 0, "asset_id": "1.3.0"]], nil)
    case "bet_cancel": if let bet = fields["bet_to_cancel"]?.string { byID[bet] = nil }
    case "cancel_offer": endOffer(fields["offer_id"]?.string)
    case "nft_safe_transfer_from": set("owner", of: fields["token_id"], to: fields["to"])
    case "nft_approve": set("approved", of: fields["token_id"], to: fields["approved"])
    case "bid": bid(fields)
    default: break
    }
    guard let space = Self.createdSpaces[operation.name] else { return ([0, [:]], nil) }
    let instance = nextInstances[space] ?? firstFree(in: space)
    nextInstances[space] = instance + 1
    let id = "\(space).\(instance)"
    create(id, operation.name, fields)
    return ([1, .string(id)], id)
  }

  private mutating func create(_ id: String, _ operation: String, _ fields: JSONValue) {
    if operation == "account_create" {
      addAccount(id, fields["name"]?.string ?? "")
      return
    }
    var members: [(String, JSONLiteral)] = [("id", .string(id))]
    for (key, value) in fields.members where key != "fee" && key != "extensions" {
      members.append((key, .value(value)))
    }
    if operation == "asset_create" || operation == "lottery_asset_create" {
      members.append(("options", fields["common_options"].map { .value($0) } ?? .null))
      members.append(("dynamic_asset_data_id", .string("2.3" + id.dropFirst(3))))
      members.removeAll { $0.0 == "common_options" }
    }
    byID[id] = .object(members)
  }

  private mutating func set(_ key: String, of id: JSONValue?, to value: JSONValue?) {
    guard let id = id?.string, let object = byID[id], let value else { return }
    let others = object.document.root.members.filter { $0.key != key }.map { ($0.key, JSONLiteral.value($0.value)) }
    byID[id] = .object(others + [(key, .value(value))])
  }

  private mutating func bid(_ fields: JSONValue) {
    set("bidder", of: fields["offer_id"], to: fields["bidder"])
    set("bid_price", of: fields["offer_id"], to: fields["bid_price"])
  }

  private mutating func endOffer(_ id: String?) {
    guard let id, let offer = byID.removeValue(forKey: id) else { return }
    let members = offer.document.root.members.filter { $0.key != "id" }.map { ($0.key, JSONLiteral.value($0.value)) }
    let history = JSONLiteral.object(
      [("id", .string("2.24.\(endedOffers.count)"))] + members + [("result", "Cancelled")]
    )
    endedOffers.append(history)
  }

  private func firstFree(in space: String) -> Int64 {
    max(1_000, (all(in: space).last.map { Self.instance($0.id) } ?? 0) + 1)
  }

  /// The spaces in which operations create objects.
  private static let createdSpaces = [
    "limit_order_create": "1.7", "account_create": "1.2", "asset_create": "1.3", "witness_create": "1.6",
    "proposal_create": "1.10", "withdraw_permission_create": "1.12", "committee_member_create": "1.5",
    "vesting_balance_create": "1.13", "worker_create": "1.14", "tournament_create": "1.16", "sport_create": "1.20",
    "event_group_create": "1.21", "event_create": "1.22", "betting_market_rules_create": "1.23",
    "betting_market_group_create": "1.24", "betting_market_create": "1.25", "bet_place": "1.26",
    "lottery_asset_create": "1.3", "custom_permission_create": "1.27", "custom_account_authority_create": "1.28",
    "offer": "1.29", "nft_metadata_create": "1.30", "nft_mint": "1.31", "account_role_create": "1.32",
    "son_create": "1.33", "son_wallet_deposit_create": "1.36", "son_wallet_withdraw_create": "1.37",
    "sidechain_address_add": "1.38",
  ]
}
