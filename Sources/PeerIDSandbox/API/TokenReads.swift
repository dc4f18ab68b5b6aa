internal import PeerID

/// Offers and NFTs.
extension SandboxState {
  func tokenAnswer(_ call: ChainCall) -> JSONLiteral? {
    switch call.method {
    case "nft_get_all_tokens": page("1.31", call, first: 0, count: 1)
    case "nft_get_tokens_by_owner": .array(tokens { $0["owner"]?.string == accountID(call.text(0)) })
    case "nft_get_metadata_by_owner": .array(objects("1.30") { $0["owner"]?.string == accountID(call.text(0)) })
    case "nft_get_balance":
      .integer(Int64(tokens { $0["owner"]?.string == accountID(call.text(0)) }.count))
    case "nft_owner_of": object(call.text(0)).member("owner") ?? .null
    case "nft_get_total_supply": .integer(Int64(tokens { $0["nft_metadata_id"]?.string == call.text(0) }.count))
    case "nft_get_name": object(call.text(0)).member("name") ?? .null
    case "nft_get_symbol": object(call.text(0)).member("symbol") ?? .null
    case "nft_get_token_uri": object(call.text(0)).member("token_uri") ?? .null
    case "list_offers": page("1.29", call, first: 0, count: 1)
    case "list_sell_offers": page("1.29", call, first: 0, count: 1) { $0["buying_item"]?.boolean == false }
    case "list_buy_offers": page("1.29", call, first: 0, count: 1) { $0["buying_item"]?.boolean == true }
    case "get_offers_by_issuer": page("1.29", call, first: 0, count: 2) { $0["issuer"]?.string == call.text(1) }
    case "get_offers_by_item":
      page("1.29", call, first: 0, count: 2) { offer in
        offer["item_ids"]?.elements.contains { $0.string == call.text(1) } ?? false
      }
    case "list_offer_history": .array(Array(chain.objects.endedOffers.prefix(limit(call, 1))))
    default: nil
    }
  }

  private func limit(_ call: ChainCall, _ index: Int) -> Int { Int(max(0, min(call.number(index) ?? 100, 100))) }

  private func tokens(_ isWanted: (JSONValue) -> Bool) -> [JSONLiteral] { objects("1.31", isWanted) }

  private func objects(_ space: String, _ isWanted: (JSONValue) -> Bool) -> [JSONLiteral] {
    chain.objects.all(in: space).filter { isWanted($0.object.document.root) }.map(\.object)
  }

  /// The objects of a space. One parameter is the id to start with, another one limits their number.
  private func page(
    _ space: String,
    _ call: ChainCall,
    first: Int,
    count: Int,
    where isWanted: (JSONValue) -> Bool = { _ in true }
  ) -> JSONLiteral {
    let start = call.instance(first)
    let found = chain.objects.all(in: space).filter {
      ChainObjects.instance($0.id) >= start && isWanted($0.object.document.root)
    }
    return .array(found.prefix(limit(call, count)).map(\.object))
  }
}

extension JSONLiteral {
  /// The member of an object with this key.
  fileprivate func member(_ key: String) -> JSONLiteral? { document.root.member(key).map { .value($0) } }
}
