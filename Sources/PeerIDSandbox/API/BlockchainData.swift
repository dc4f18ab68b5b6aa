internal import PeerID

/// `GET /app/blockchain-data`: a few believable methods of the chain, and the ways in which the rest is refused.
extension SandboxState {
  func blockchainData(_ request: HTTPRequest) throws(Refusal) -> JSONLiteral {
    let query = NestedParameters.parse(request.query)
    var fields = FieldReader(query.root)
    let apis = ["database", "network_broadcast", "history", "crypto", "bookie"]
    let api: String? = fields.read("api") { value throws(SchemaFault) in
      guard let api = value.string, apis.contains(api) else {
        throw SchemaFault("must be one of [\(apis.joined(separator: ", "))]")
      }
      return api
    }
    let method = fields.string("method")
    var parameters: [JSONValue] = []
    if query.root["params"] != nil {
      parameters =
        fields.read("params") { value throws(SchemaFault) in
          guard value.kind == .array else { throw SchemaFault("must be an array") }
          return value.elements
        } ?? []
    }
    try fields.finish()
    if method == "echo" { return .array(parameters.map { .value($0) }) }
    if method == "echo_first" { return parameters.first.map { .value($0) } ?? .null }
    if api == "history", method == "get_account_history" { return accountHistory(parameters) }
    if api == "database", let result = database(method, parameters) { return result }
    throw Refusal(
      500,
      .string("Assert Exception: itr != _by_name.end(): no method with name '\(method)'\n    th_a  api.cpp:134 call")
    )
  }

  /// `get_account_history(account, stop, limit, start)`: the operations that name the account, the newest first, those
  /// up to `stop` left out. Every parameter arrives as text.
  private func accountHistory(_ parameters: [JSONValue]) -> JSONLiteral {
    func number(_ index: Int) -> Int {
      guard index < parameters.count, let last = parameters[index].string?.split(separator: ".").last else { return 0 }
      return Int(last) ?? 0
    }
    let account = parameters.first?.string ?? ""
    let id = users.first { $0.username == account }?.account ?? account
    let (stop, limit, start) = (number(1), number(2), number(3))
    var entries: [JSONLiteral] = []
    for entry in chain.executed.elements.reversed() {
      if entry.number <= stop || entries.count >= min(max(limit, 0), 100) { break }
      if start > 0, entry.number > start { continue }
      guard entry.operation.literal.compactText.text.contains("\"\(id)\"") else { continue }
      entries.append([
        "id": .string("1.11.\(entry.number)"),
        "op": entry.operation.literal,
        "result": [0, [:]],
        "block_num": .integer(Int64(entry.block)),
        "trx_in_block": 0,
      ])
    }
    return .array(entries)
  }

  private func database(_ method: String, _ parameters: [JSONValue]) -> JSONLiteral? {
    switch method {
    case "get_chain_id": return .string(Self.chainID)
    case "get_dynamic_global_properties": return dynamicProperties
    case "get_global_properties":
      return ["id": "2.0.0", "parameters": ["block_interval": 3, "maintenance_interval": 86_400]]
    case "get_chain_properties":
      return [
        "id": "2.11.0", "chain_id": .string(Self.chainID),
        "immutable_parameters": ["min_committee_member_count": 11, "min_witness_count": 11, "num_special_accounts": 0],
      ]
    case "get_account_count": return .integer(Int64(users.count))
    case "get_objects", "get_accounts", "get_assets":
      return .array(texts(parameters.first).map { object($0) ?? .null })
    case "get_account_by_name":
      let name = texts(parameters.first).first
      return users.first { $0.username == name }.map { account($0) } ?? .null
    case "lookup_asset_symbols":
      return .array(texts(parameters.first).map { $0 == "TEST" || $0 == "1.3.0" ? object("1.3.0") ?? .null : .null })
    default: return nil
    }
  }

  /// A text, or the texts of an array.
  private func texts(_ value: JSONValue?) -> [String] {
    value?.string.map { [$0] } ?? value?.elements.compactMap(\.string) ?? []
  }

  private func object(_ id: String) -> JSONLiteral? {
    switch id {
    case "1.3.0":
      return ["id": "1.3.0", "symbol": "TEST", "precision": 5, "issuer": "1.2.3", "dynamic_asset_data_id": "2.3.0"]
    case "2.1.0": return dynamicProperties
    default: return users.first { $0.account == id }.map { account($0) }
    }
  }

  private func account(_ user: Fixture.User) -> JSONLiteral {
    ["id": .string(user.account), "name": .string(user.username), "registrar": "1.2.17", "options": ["votes": []]]
  }

  private var dynamicProperties: JSONLiteral {
    [
      "id": "2.1.0",
      "head_block_number": .integer(chain.headBlock),
      "head_block_id": .string("000f4240" + String(repeating: "0", count: 32)),
      "time": .string(TimeText.chain(seconds: now / 1_000)),
    ]
  }

  private static let chainID = "7c1c72eb738b3ff1870350f85daca27e2d0f5dd25af27df7475fbd92815e421e"
}
