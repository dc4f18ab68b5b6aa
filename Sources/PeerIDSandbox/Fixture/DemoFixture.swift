internal import PeerID

extension Fixture {
  /// The users, apps and tokens of a sandbox that is started without a fixture file. The values never change: tests
  /// rely on them.
  public static let demo = Fixture(
    users: [
      User(
        username: "alice",
        email: "alice@example.com",
        password: "alice-password",
        mobile: "+16045550101",
        account: "1.2.31"
      ),
      User(username: "bob", email: "bob@example.com", password: "bob-password", account: "1.2.33"),
      User(
        username: "carol",
        email: "carol@example.com",
        password: "carol-password",
        account: "1.2.34",
        hasPermission: false
      ),
      User(username: "dave", email: "dave@example.com", password: "dave-password", account: "1.2.35"),
      User(username: "erin", email: "erin@example.com", password: "erin-password", account: "1.2.36"),
      User(username: "frank", email: "frank@example.com", password: "frank-password", account: "1.2.37"),
    ],
    apps: [
      demoApp(4, "demo betting app", bettingOperations),
      demoApp(5, "demo second app", ["transfer"]),
      demoApp(6, "demo signing app", ["transfer", "bet_place", "bet_cancel"], signingRequestRequired: true),
      demoApp(7, "demo empty app", []),
      demoApp(
        8,
        "demo everything app",
        OperationCatalogue.standard.operations.filter(\.isKnownToServer).map(\.name)
      ),
    ],
    joins: [
      Join(username: "dave", clientID: 4),
      Join(username: "frank", clientID: 4, operations: bettingOperations.filter { $0 != "transfer" }),
    ],
    tokens: [
      demoToken("alice", "AliceApp4", 4),
      demoToken("alice", "AliceApp6", 6),
      demoToken("alice", "AliceApp7", 7),
      demoToken("alice", "AliceApp8", 8),
      demoToken("erin", "ErinApp4", 4, expiresInMilliseconds: -3_600_000),
      demoToken("frank", "FrankApp4", 4),
    ],
    codes: [
      demoCode("alice", "AliceApp4", 4),
      demoCode("alice", "AliceApp5", 5),
      demoCode("dave", "DaveApp4", 4),
    ],
    chain: demoChain,
    settings: demoSettings
  )

  private static var demoSettings: Settings {
    var settings = Settings()
    settings.appliesChainRules = true
    return settings
  }

  private static let bettingOperations = [
    "transfer", "limit_order_create", "limit_order_cancel", "account_create", "asset_publish_feed", "proposal_create",
    "vesting_balance_create", "tournament_create", "tournament_join", "sport_create", "event_group_create",
    "event_create", "event_update", "betting_market_rules_create", "betting_market_group_create",
    "betting_market_create", "betting_market_group_resolve", "betting_market_group_update", "bet_place", "bet_cancel",
    "lottery_asset_create", "ticket_purchase", "nft_metadata_create", "nft_mint", "offer", "bid",
  ]

  private static func demoApp(
    _ clientID: Int,
    _ name: String,
    _ operations: [String],
    signingRequestRequired: Bool = false
  ) -> App {
    App(
      clientID: clientID,
      clientSecret: "demo-secret-\(clientID)",
      name: name,
      operations: operations,
      signingRequestRequired: signingRequestRequired,
      redirectURIs: ["http://127.0.0.1:8400/callback", "http://localhost:8400/callback"]
    )
  }

  private static func demoToken(
    _ username: String,
    _ label: String,
    _ clientID: Int,
    expiresInMilliseconds: Int64 = Settings.defaultTokenLifetime
  ) -> Token {
    Token(
      username: username,
      clientID: clientID,
      accessToken: filled("demoAccess" + label, to: 124),
      refreshToken: filled("demoRefresh" + label, to: 124),
      expiresInMilliseconds: expiresInMilliseconds
    )
  }

  private static func demoCode(_ username: String, _ label: String, _ clientID: Int) -> Code {
    Code(code: filled("demoCode" + label, to: 40), username: username, clientID: clientID)
  }

  /// A readable string, padded with zeros, which a test in any language can build with a short expression.
  private static func filled(_ text: String, to length: Int) -> String {
    text + String(repeating: "0", count: max(length - text.utf8.count, 0))
  }
}
