/// What a sandbox knows when it starts, and again after a reset.
public struct Fixture: Sendable {
  /// The people with an account.
  public var users: [User]
  /// The apps that are registered.
  public var apps: [App]
  /// Which users let which apps act for them.
  public var joins: [Join]
  /// The token pairs that have been issued.
  public var tokens: [Token]
  /// The authorization codes that have been issued.
  public var codes: [Code]
  /// How the server behaves.
  public var settings: Settings

  /// Makes a fixture of these parts.
  public init(
    users: [User] = [],
    apps: [App] = [],
    joins: [Join] = [],
    tokens: [Token] = [],
    codes: [Code] = [],
    settings: Settings = Settings()
  ) {
    self.users = users
    self.apps = apps
    self.joins = joins
    self.tokens = tokens
    self.codes = codes
    self.settings = settings
  }
}

extension Fixture {
  /// One person with an account.
  public struct User: Sendable {
    /// What the chain says to a user's first contact with an app.
    public enum JoinAnswer: String, Sendable, CaseIterable {
      /// The user joins.
      case allowed
      /// The chain refuses: the server answers 500.
      case refused
      /// The user has linked all the operations that one can link: the server answers 400.
      case full
    }

    /// The name for signing in; its case matters.
    public var username: String
    /// The e-mail address for signing in; its case does not matter.
    public var email: String
    /// The password.
    public var password: String
    /// The mobile number with `+` and country code, if there is one.
    public var mobile: String?
    /// The account on the chain, such as `1.2.31`.
    public var account: String
    /// Whether the user has the permission on the chain without which nobody can sign in to an app.
    public var hasPermission: Bool
    /// What happens on the first contact with an app.
    public var joinAnswer: JoinAnswer

    /// Makes a user.
    public init(
      username: String,
      email: String,
      password: String,
      mobile: String? = nil,
      account: String,
      hasPermission: Bool = true,
      joinAnswer: JoinAnswer = .allowed
    ) {
      self.username = username
      self.email = email
      self.password = password
      self.mobile = mobile
      self.account = account
      self.hasPermission = hasPermission
      self.joinAnswer = joinAnswer
    }
  }

  /// One registered app.
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
    /// Whether such a request fails with 500 when it carries no cookie, as it does with the measured backend.
    public var requiresSessionCookie: Bool
    /// Where the authorization page may send the browser.
    public var redirectURIs: [String]

    /// Makes an app.
    public init(
      clientID: Int,
      clientSecret: String,
      name: String,
      operations: [String],
      signingRequestRequired: Bool = false,
      requiresSessionCookie: Bool = false,
      redirectURIs: [String] = []
    ) {
      self.clientID = clientID
      self.clientSecret = clientSecret
      self.name = name
      self.operations = operations
      self.signingRequestRequired = signingRequestRequired
      self.requiresSessionCookie = requiresSessionCookie
      self.redirectURIs = redirectURIs
    }
  }

  /// A user's consent to one app.
  public struct Join: Sendable {
    /// Whose consent it is.
    public var username: String
    /// To which app.
    public var clientID: Int
    /// The operations that were granted; `nil` for all that the app has.
    public var operations: [String]?

    /// Makes a consent.
    public init(username: String, clientID: Int, operations: [String]? = nil) {
      self.username = username
      self.clientID = clientID
      self.operations = operations
    }
  }

  /// One token pair. Its user has joined the app, whether a `Join` says so or not.
  public struct Token: Sendable {
    /// Whose pair it is.
    public var username: String
    /// For which app.
    public var clientID: Int
    /// The access token, 124 letters and digits with the real server.
    public var accessToken: String
    /// The refresh token, 124 letters and digits with the real server.
    public var refreshToken: String
    /// When the access token expires, in milliseconds from the start or the reset; negative when it has expired.
    public var expiresInMilliseconds: Int64

    /// Makes a token pair.
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

  /// One authorization code. Its user has joined the app.
  public struct Code: Sendable {
    /// The code.
    public var code: String
    /// Who consented.
    public var username: String
    /// To which app.
    public var clientID: Int

    /// Makes a code.
    public init(code: String, username: String, clientID: Int) {
      self.code = code
      self.username = username
      self.clientID = clientID
    }
  }
}
