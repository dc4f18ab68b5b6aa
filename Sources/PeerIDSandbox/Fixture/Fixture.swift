package import PeerID

/// The state of a sandbox when it starts, and after a reset.
public struct Fixture: Sendable {
  /// The users.
  public var users: [User]
  /// The registered apps.
  public var apps: [App]
  /// The users' consents to apps.
  public var joins: [Join]
  /// The issued token pairs.
  public var tokens: [Token]
  /// The issued authorization codes.
  public var codes: [Code]
  /// The chain's initial state; `nil` for a chain that accepts every operation.
  public var chain: Chain?
  /// The server's behaviour.
  public var settings: Settings

  /// Creates a fixture from these parts.
  public init(
    users: [User] = [],
    apps: [App] = [],
    joins: [Join] = [],
    tokens: [Token] = [],
    codes: [Code] = [],
    chain: Chain? = nil,
    settings: Settings = Settings()
  ) {
    self.users = users
    self.apps = apps
    self.joins = joins
    self.tokens = tokens
    self.codes = codes
    self.chain = chain
    self.settings = settings
  }
}

extension Fixture {
  /// A user.
  public struct User: Sendable {
    /// The chain's answer when a user first joins an app.
    public enum JoinAnswer: String, Sendable, CaseIterable {
      /// The user joins.
      case allowed
      /// The chain refuses: the server answers 500.
      case refused
      /// The user has already granted the maximum number of operations: the server answers 400.
      case full
      /// The limit of the real authorization page: at most 15 operations for all apps together.
      case limited
    }

    /// The name for signing in, case-sensitive.
    public var username: String
    /// The e-mail address for signing in, if there is one; not case-sensitive.
    public var email: String?
    /// The password; `nil` for a user who signs in with a social network.
    public var password: String?
    /// The mobile number with `+` and country code, if there is one.
    public var mobile: String?
    /// The account on the chain, such as `1.2.31`.
    public var account: String
    /// The name of that account.
    public var accountName: String
    /// Whether the user has the chain permission that is needed to sign in to an app.
    public var hasPermission: Bool
    /// The chain's answer when the user first joins an app.
    public var joinAnswer: JoinAnswer

    /// Creates a user. The default name of the account is `pi-` and the user name, as in PeerID.
    public init(
      username: String,
      email: String? = nil,
      password: String? = nil,
      mobile: String? = nil,
      account: String,
      accountName: String? = nil,
      hasPermission: Bool = true,
      joinAnswer: JoinAnswer = .allowed
    ) {
      self.username = username
      self.email = email
      self.password = password
      self.mobile = mobile
      self.account = account
      self.accountName = accountName ?? "pi-\(username.lowercased())"
      self.hasPermission = hasPermission
      self.joinAnswer = joinAnswer
    }
  }

  /// A registered app.
  public struct App: Sendable {
    /// The client id.
    public var clientID: Int
    /// The client secret.
    public var clientSecret: String
    /// The name that the consent page shows.
    public var name: String
    /// The names of the operations that the app may ask for.
    public var operations: [String]
    /// Whether operations must be confirmed with a transaction token.
    public var signingRequestRequired: Bool
    /// Whether a request for a transaction token fails without the cookie of a signed-in user; `nil`: as in the
    /// settings.
    public var requiresSessionCookie: Bool?
    /// The registered redirect URIs. Loopback addresses are allowed in addition.
    public var redirectURIs: [String]
    /// The domains of the app: the authorization page may redirect to any address in them.
    public var domains: [String]

    /// Creates an app.
    public init(
      clientID: Int,
      clientSecret: String,
      name: String,
      operations: [String],
      signingRequestRequired: Bool = false,
      requiresSessionCookie: Bool? = nil,
      redirectURIs: [String] = [],
      domains: [String] = []
    ) {
      self.clientID = clientID
      self.clientSecret = clientSecret
      self.name = name
      self.operations = operations
      self.signingRequestRequired = signingRequestRequired
      self.requiresSessionCookie = requiresSessionCookie
      self.redirectURIs = redirectURIs
      self.domains = domains
    }
  }

  /// A user's consent to one app.
  public struct Join: Sendable {
    /// The user who consented.
    public var username: String
    /// The app.
    public var clientID: Int
    /// The operations that were granted; `nil` for all that the app has.
    public var operations: [String]?

    /// Creates a consent.
    public init(username: String, clientID: Int, operations: [String]? = nil) {
      self.username = username
      self.clientID = clientID
      self.operations = operations
    }
  }

  /// A token pair. Its user has joined the app, even without a `Join`.
  public struct Token: Sendable {
    /// The user of the token pair.
    public var username: String
    /// The app of the token pair.
    public var clientID: Int
    /// The access token, 124 letters and digits on the real server.
    public var accessToken: String
    /// The refresh token, 124 letters and digits on the real server.
    public var refreshToken: String
    /// The expiry of the access token, in milliseconds after the start or the reset; negative if it has expired.
    public var expiresInMilliseconds: Int64

    /// Creates a token pair.
    public init(
      username: String,
      clientID: Int,
      accessToken: String,
      refreshToken: String,
      expiresInMilliseconds: Int64 = Settings.defaultTokenLifetime
    ) {
      self.username = username
      self.clientID = clientID
      self.accessToken = accessToken
      self.refreshToken = refreshToken
      self.expiresInMilliseconds = expiresInMilliseconds
    }
  }

  /// The chain's initial state. With an initial state, the chain applies its rules, unless the settings turn them off.
  public struct Chain: Sendable {
    /// The balances of the accounts.
    public var balances: [Balance]
    /// Further objects: assets, offers, NFTs, the global properties. Each has an `id`.
    package var objects: [(id: String, literal: JSONLiteral)]

    /// Creates a chain with these balances.
    public init(balances: [Balance] = []) {
      self.balances = balances
      objects = []
    }
  }

  /// The balance of one account in one asset.
  public struct Balance: Sendable {
    /// The account, such as `1.2.31`.
    public var account: String
    /// The asset, such as `1.3.0`.
    public var asset: String
    /// The amount in the smallest unit of the asset.
    public var amount: Int64

    /// Creates a balance.
    public init(account: String, asset: String = "1.3.0", amount: Int64) {
      self.account = account
      self.asset = asset
      self.amount = amount
    }
  }

  /// An authorization code. Its user has joined the app.
  public struct Code: Sendable {
    /// The code.
    public var code: String
    /// The user who consented.
    public var username: String
    /// The app.
    public var clientID: Int

    /// Whether the code has been exchanged. A code can be exchanged again.
    public var isUsed: Bool

    /// Creates a code.
    public init(code: String, username: String, clientID: Int, isUsed: Bool = false) {
      self.code = code
      self.username = username
      self.clientID = clientID
      self.isUsed = isUsed
    }
  }
}
