internal import PeerID

/// Accounts, assets, objects, balances and permissions.
extension SandboxState {
  private static let chainID = "7c1c72eb738b3ff1870350f85daca27e2d0f5dd25af27df7475fbd92815e421e"

  func databaseAnswer(_ call: ChainCall) -> JSONLiteral? {
    switch call.method {
    case "get_chain_id": .string(Self.chainID)
    case "get_dynamic_global_properties": dynamicProperties
    case "get_global_properties": object("2.0.0")
    case "get_chain_properties":
      [
        "id": "2.11.0", "chain_id": .string(Self.chainID),
        "immutable_parameters": ["min_committee_member_count": 11, "min_witness_count": 11, "num_special_accounts": 0],
      ]
    case "get_objects": .array(call.texts(0).map(object))
    case "get_accounts": .array(call.texts(0).map { object(accountID($0)) })
    case "get_account_by_name": call.texts(0).first.map { object(id(named: $0) ?? "") } ?? .null
    case "lookup_account_names": .array(call.texts(0).map { object(id(named: $0) ?? "") })
    case "lookup_accounts": lookUpAccounts(call)
    case "get_account_count": .integer(Int64(chain.objects.accounts.count))
    case "get_full_accounts": .array(call.texts(0).compactMap { fullAccount($0) })
    case "get_account_balances", "get_named_account_balances": balances(call)
    case "get_assets": .array(call.texts(0).map { asset($0) ?? .null })
    case "lookup_asset_symbols": .array(call.texts(0).map { asset($0) ?? .null })
    case "list_assets": .array(listAssets(call))
    case "get_custom_permissions": .array(permissions(of: accountID(call.text(0))))
    case "get_custom_account_authorities": .array(authorityObjects { $0.account == accountID(call.text(0)) })
    case "get_active_custom_account_authorities_by_operation":
      .array(authorityObjects { $0.permission == call.text(0) && $0.operation == call.number(1) && $0.expiry > now })
    case "get_required_fees":
      .array(
        (call.parameters.first?.elements ?? []).map { _ in
          ["amount": .integer(Ledger.fee), "asset_id": .string(call.text(1).isEmpty ? "1.3.0" : call.text(1))]
        }
      )
    default: nil
    }
  }

  private var dynamicProperties: JSONLiteral {
    [
      "id": "2.1.0",
      "head_block_number": .integer(chain.headBlock),
      "head_block_id": .string(blockID(chain.headBlock)),
      "time": .string(TimeText.chain(seconds: chain.headTime)),
      "current_witness": "1.6.1",
      "next_maintenance_time": .string(TimeText.chain(seconds: (chain.headTime / 3_600 + 1) * 3_600)),
      "last_irreversible_block_num": .integer(chain.lastIrreversibleBlock),
    ]
  }

  /// The id of a block, which starts with the block's number.
  func blockID(_ number: Int64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 8 - min(digits.count, 8)) + digits
      + SHA256.hexDigest("block \(number)").prefix(32)
  }

  func object(_ id: String) -> JSONLiteral {
    switch id {
    case "2.1.0": dynamicProperties
    default: chain.objects.byID[id] ?? historyObject(id) ?? balanceObject(id) ?? .null
    }
  }

  private func id(named name: String) -> String? { chain.objects.accounts.first { $0.name == name }?.id }

  /// The id of an account that is given by id or by name.
  func accountID(_ text: String) -> String { text.hasPrefix("1.2.") ? text : id(named: text) ?? text }

  private func lookUpAccounts(_ call: ChainCall) -> JSONLiteral {
    let limit = Int(max(0, min(call.number(1) ?? 100, 1_000)))
    let found = chain.objects.accounts.sorted { $0.name < $1.name }.drop { $0.name < call.text(0) }.prefix(limit)
    return .array(found.map { [.string($0.name), .string($0.id)] })
  }

  private func asset(_ idOrSymbol: String) -> JSONLiteral? {
    if idOrSymbol.hasPrefix("1.3.") { return chain.objects.byID[idOrSymbol] }
    return chain.objects.all(in: "1.3").first { $0.object.document.root["symbol"]?.string == idOrSymbol }?.object
  }

  private func listAssets(_ call: ChainCall) -> [JSONLiteral] {
    let assets = chain.objects.all(in: "1.3").map { ($0.object.document.root["symbol"]?.string ?? "", $0.object) }
    let limit = Int(max(0, min(call.number(1) ?? 100, 100)))
    return assets.sorted { $0.0 < $1.0 }.drop { $0.0 < call.text(0) }.prefix(limit).map(\.1)
  }

  private func balances(_ call: ChainCall) -> JSONLiteral {
    let account = accountID(call.text(0))
    let wanted = call.texts(1)
    let assets = wanted.isEmpty ? chain.ledger.balances(of: account).map(\.asset) : wanted
    return .array(
      assets.map { asset in
        [
          "amount": ScalarType.echo(chain.ledger.balance(of: account, in: asset)), "asset_id": .string(asset),
        ]
      }
    )
  }

  /// Balances are objects of the space 2.5. Here their instance number is computed from the numbers of the account and
  /// the asset.
  private func balanceObject(_ id: String) -> JSONLiteral? {
    guard id.hasPrefix("2.5."), let instance = Int64(id.dropFirst(4)) else { return nil }
    let (account, asset) = ("1.2.\(instance / 1_000)", "1.3.\(instance % 1_000)")
    guard chain.objects.byID[account] != nil else { return nil }
    return balanceObject(account, asset)
  }

  private func balanceObject(_ account: String, _ asset: String) -> JSONLiteral {
    [
      "id": .string("2.5.\(ChainObjects.instance(account) * 1_000 + ChainObjects.instance(asset))"),
      "owner": .string(account),
      "asset_type": .string(asset),
      "balance": ScalarType.echo(chain.ledger.balance(of: account, in: asset)),
      "maintenance_flag": false,
    ]
  }

  private func fullAccount(_ nameOrID: String) -> JSONLiteral? {
    let id = accountID(nameOrID)
    guard let account = chain.objects.byID[id], id.hasPrefix("1.2.") else { return nil }
    let orders = chain.objects.all(in: "1.7").filter { $0.object.document.root["seller"]?.string == id }
    let proposals = chain.objects.all(in: "1.10").filter {
      $0.object.document.root["fee_paying_account"]?.string == id
    }
    let operations = chain.history.elements.count { $0.concerns(id) }
    return [
      .string(nameOrID),
      [
        "account": account,
        "statistics": [
          "id": .string("2.6" + id.dropFirst(3)), "owner": .string(id), "total_ops": .integer(Int64(operations)),
        ],
        "registrar_name": "peerid-payer",
        "referrer_name": "peerid-payer",
        "lifetime_referrer_name": "peerid-payer",
        "votes": [],
        "balances": .array(chain.ledger.balances(of: id).map { balanceObject(id, $0.asset) }),
        "vesting_balances": [],
        "limit_orders": .array(orders.map(\.object)),
        "call_orders": [],
        "settle_orders": [],
        "proposals": .array(proposals.map(\.object)),
        "assets": [],
        "withdraws": [],
        "proposals_to_sign": [],
        "pending_dividend_payments": [],
      ],
    ]
  }

  private func permissionID(of userID: Int) -> String { "1.27.\(userID)" }

  /// The permission that lets PeerID's paying account sign for an account. PeerID creates it at sign-up.
  private func permissions(of account: String) -> [JSONLiteral] {
    users.enumerated().filter { $0.element.account == account && $0.element.hasPermission }.map { index, user in
      [
        "id": .string(permissionID(of: index + 1)),
        "account": .string(account),
        "permission_name": .string("pid" + SHA256.hexDigest(user.username).filter(\.isLetter).prefix(7)),
        "auth": [
          "weight_threshold": 1, "account_auths": [[.string(ChainObjects.payingAccount), 1]], "key_auths": [],
          "address_auths": [],
        ],
      ]
    }
  }

  private struct AuthorityEntry {
    let account: String
    let permission: String
    let operation: Int64
    let expiry: Int64
  }

  private func authorityObjects(_ isWanted: (AuthorityEntry) -> Bool) -> [JSONLiteral] {
    let granted = authorities.flatMap { party, operations in
      operations.map { name, expiry in
        (
          id: "1.28.\(party.userID * 1_000_000 + party.clientID * 1_000)",
          entry: AuthorityEntry(
            account: user(id: party.userID)?.account ?? "",
            permission: permissionID(of: party.userID),
            operation: Int64(OperationCatalogue.standard.operation(named: name)?.id ?? 0),
            expiry: expiry
          )
        )
      }
    }
    return granted.filter { isWanted($0.entry) }.sorted { ($0.id, $0.entry.operation) < ($1.id, $1.entry.operation) }
      .map { id, entry in
        [
          "id": .string("1.28.\(ChainObjects.instance(id) + entry.operation)"),
          "permission_id": .string(entry.permission),
          "operation_type": .integer(entry.operation),
          "valid_from": .string(TimeText.chain(seconds: 0)),
          "valid_to": .string(TimeText.chain(seconds: entry.expiry / 1_000)),
        ]
      }
  }
}
