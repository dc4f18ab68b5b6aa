/// What a session holds at one moment: the tokens, what they permit, and how long. Immutable.
///
/// Printing a token shows no secret.
public struct Token: Sendable {
  private let storage: Storage

  /// The token that API calls carry. A secret.
  public var accessToken: String { storage.accessToken.text }
  /// The token that buys a new pair, once; `nil` when the server gave none. A secret.
  public var refreshToken: String? { storage.refreshToken?.text }
  /// The operations that the user granted, by their numbers; `nil` when the server did not say.
  public var scope: [Int32]? { storage.scope.map { Array($0.identifiers) } }
  /// When the access token expires, in milliseconds since 1970 by the server's clock; `nil` when the server did not
  /// say.
  public var expiresAtMilliseconds: Int64? { storage.expiresAtMilliseconds }
  /// The application that the token is for; `nil` when the server did not say.
  public var applicationID: Int64? { storage.applicationID }
  /// The user's number at PeerID; `nil` when the server did not say.
  public var userID: Int64? { storage.userID }
  /// How often the pair has been renewed: 1 after log in, one more with every refresh.
  public var generation: UInt64 { storage.generation }

  package init(
    accessToken: Bytes,
    refreshToken: Bytes?,
    scope: Scope?,
    expiresAtMilliseconds: Int64?,
    applicationID: Int64? = nil,
    userID: Int64? = nil,
    generation: UInt64 = 1
  ) {
    storage = Storage(
      accessToken: accessToken,
      refreshToken: refreshToken,
      scope: scope,
      expiresAtMilliseconds: expiresAtMilliseconds,
      applicationID: applicationID,
      userID: userID,
      generation: generation
    )
  }

  /// Whether the scope holds the operation of this name. A name that this library does not know, and a token whose
  /// scope the server did not tell, are left to the server: `true`.
  ///
  /// - Parameter operation: the operation's name, such as `transfer`.
  /// - Returns: whether it may be submitted.
  public func permits(_ operation: String) -> Bool {
    guard let definition = OperationCatalogue.standard.operation(named: operation) else { return true }
    return permits(operationID: definition.id)
  }

  package func permits(operationID: Int32) -> Bool {
    storage.scope?.contains(operationID) ?? true
  }

  /// The access token at an address that lives as long as the token.
  package var accessTokenBytes: Bytes { storage.accessToken }
  /// The refresh token at an address that lives as long as the token.
  package var refreshTokenBytes: Bytes? { storage.refreshToken }
  /// The scope at an address that lives as long as the token.
  package var scopeIdentifiers: UnsafeBufferPointer<Int32>? { storage.scope?.identifiers }

  /// The same token as another generation.
  package func asGeneration(_ generation: UInt64) -> Token {
    Token(
      accessToken: storage.accessToken,
      refreshToken: storage.refreshToken,
      scope: storage.scope,
      expiresAtMilliseconds: storage.expiresAtMilliseconds,
      applicationID: storage.applicationID,
      userID: storage.userID,
      generation: generation
    )
  }

  /// The same token with the user and the application of an earlier one, where the server did not tell them again.
  func identified(as earlier: Token) -> Token {
    if applicationID != nil, userID != nil { return self }
    return Token(
      accessToken: storage.accessToken,
      refreshToken: storage.refreshToken,
      scope: storage.scope,
      expiresAtMilliseconds: storage.expiresAtMilliseconds,
      applicationID: applicationID ?? earlier.applicationID,
      userID: userID ?? earlier.userID,
      generation: storage.generation
    )
  }

  /// The same token, of which nobody knows when it expires.
  func withoutExpiry() -> Token {
    Token(
      accessToken: storage.accessToken,
      refreshToken: storage.refreshToken,
      scope: storage.scope,
      expiresAtMilliseconds: nil,
      applicationID: storage.applicationID,
      userID: storage.userID,
      generation: storage.generation
    )
  }

  /// Everything as JSON, in memory that is wiped.
  package func exportedJSON() -> Bytes { TokenWriter.text(self) }

  /// Whether both are the same pair.
  package func isSamePair(as other: Token) -> Bool {
    ConstantTime.areEqual(accessTokenBytes.raw, other.accessTokenBytes.raw)
  }

  private final class Storage: Sendable {
    let accessToken: Bytes
    let refreshToken: Bytes?
    let scope: Scope?
    let expiresAtMilliseconds: Int64?
    let applicationID: Int64?
    let userID: Int64?
    let generation: UInt64

    init(
      accessToken: Bytes,
      refreshToken: Bytes?,
      scope: Scope?,
      expiresAtMilliseconds: Int64?,
      applicationID: Int64?,
      userID: Int64?,
      generation: UInt64
    ) {
      self.accessToken = accessToken
      self.refreshToken = refreshToken
      self.scope = scope
      self.expiresAtMilliseconds = expiresAtMilliseconds
      self.applicationID = applicationID
      self.userID = userID
      self.generation = generation
    }
  }
}

extension Token: CustomStringConvertible, CustomReflectable {
  /// What can be shown: the generation and the expiry.
  public var description: String {
    "Token(generation: \(generation), expiresAtMilliseconds: \(expiresAtMilliseconds.map(String.init) ?? "unknown"))"
  }

  /// Nothing beyond the description, so that dumping a token shows no secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
