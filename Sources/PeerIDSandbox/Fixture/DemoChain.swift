internal import PeerID

extension Fixture {
  /// Balances, assets, NFTs and an offer, so that applications have something to show.
  static var demoChain: Chain {
    var chain = Chain(
      balances: [
        Balance(account: "1.2.31", amount: 500_000_000_000_000),
        Balance(account: "1.2.31", asset: "1.3.1", amount: 10_000_000_000),
        Balance(account: "1.2.33", amount: 100_000_000_000),
        Balance(account: "1.2.34", amount: 1_000_000),
        Balance(account: "1.2.36", amount: 100_000_000_000),
        Balance(account: "1.2.37", amount: 100_000_000_000),
      ]
    )
    chain.objects = demoObjects.compactMap { text in
      guard let document = try? JSONDocument(text), let id = document.root["id"]?.string else { return nil }
      return (id, .value(document.root))
    }
    chain.objects.append(("2.0.0", globalProperties))
    return chain
  }

  private static let demoObjects = [
    """
    {"id":"1.3.0","symbol":"PPY","precision":5,"issuer":"1.2.3","dynamic_asset_data_id":"2.3.0","options":\
    {"max_supply":"1000000000000000","market_fee_percent":0,"max_market_fee":"1000000000000000",\
    "issuer_permissions":0,"flags":0,"core_exchange_rate":{"base":{"amount":1,"asset_id":"1.3.0"},\
    "quote":{"amount":1,"asset_id":"1.3.0"}},"whitelist_authorities":[],"blacklist_authorities":[],\
    "whitelist_markets":[],"blacklist_markets":[],"description":"","extensions":[]}}
    """,
    """
    {"id":"1.3.1","symbol":"DEMO","precision":8,"issuer":"1.2.31","dynamic_asset_data_id":"2.3.1","options":\
    {"max_supply":"1000000000000000","market_fee_percent":0,"max_market_fee":0,"issuer_permissions":79,"flags":0,\
    "core_exchange_rate":{"base":{"amount":1,"asset_id":"1.3.0"},"quote":{"amount":1,"asset_id":"1.3.1"}},\
    "whitelist_authorities":[],"blacklist_authorities":[],"whitelist_markets":[],"blacklist_markets":[],\
    "description":"an asset of the demo","extensions":[]}}
    """,
    """
    {"id":"1.30.0","owner":"1.2.31","name":"Demo cards","symbol":"CARD","base_uri":"https://cards.example/",\
    "revenue_split":0,"is_transferable":true,"is_sellable":true,"max_supply":100}
    """,
    """
    {"id":"1.31.0","nft_metadata_id":"1.30.0","owner":"1.2.31","approved":"1.2.31","approved_operators":[],\
    "token_uri":"/cards/0"}
    """,
    """
    {"id":"1.31.1","nft_metadata_id":"1.30.0","owner":"1.2.33","approved":"1.2.33","approved_operators":[],\
    "token_uri":"/cards/1"}
    """,
    """
    {"id":"1.29.0","issuer":"1.2.33","item_ids":["1.31.1"],"minimum_price":{"amount":100000,"asset_id":"1.3.0"},\
    "maximum_price":{"amount":500000,"asset_id":"1.3.0"},"buying_item":false,\
    "offer_expiration_date":"2040-01-01T00:00:00"}
    """,
  ]

  /// The parameters of the chain, with the fee of each operation.
  private static var globalProperties: JSONLiteral {
    [
      "id": "2.0.0",
      "parameters": [
        "current_fees": [
          "parameters": .array(
            OperationCatalogue.standard.operations.map { [.integer(Int64($0.id)), ["fee": .integer(Ledger.fee)]] }
          ),
          "scale": 10_000,
        ],
        "block_interval": 3,
        "maintenance_interval": 3_600,
        "maximum_time_until_expiration": 86_400,
        "maximum_authority_membership": 10,
        "committee_proposal_review_period": 1_209_600,
        "maximum_proposal_lifetime": 2_419_200,
        "extensions": ["rbac_max_permissions_per_account": 5, "rbac_max_authorities_per_permission": 15],
      ],
    ]
  }
}
