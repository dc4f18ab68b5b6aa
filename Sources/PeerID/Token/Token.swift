/// A pair of tokens, what they permit, and until when. Immutable.
///
/// Printing a token shows no secret.
public struct Token: Sendable {
  private let storage: Storage

  /// The token that API calls carry. A secret.
  public var accessToken: String { storage.parts.accessToken.text }
  /// The token that is exchanged for a new pair, once; `nil` when the server gave none. A secret.
  public var refreshToken: String? { storage.parts.refreshToken?.text }
  /// The operations that the user granted, by their numbers; `nil` when the server did not say.
  public var scope: [Int32]? { storage.parts.scope.map { Array($0.identifiers) } }
  /// When the access token expires, in milliseconds since 1970 by the server's clock; `nil` when the server did not
  /// say.
  public var expiresAtMilliseconds: Int64? { storage.parts.expiresAtMilliseconds }
  /// The application that the token is for; `nil` when the server did not say.
  public var applicationID: Int64? { storage.parts.applicationID }
  /// The user's number at PeerID; `nil` when the server did not say.
  public var userID: Int64? { storage.parts.userID }
  /// How often the pair has been renewed: 1 after log in, one more with every refresh.
  public var generation: UInt64 { storage.parts.generation }

  /// What is known of the user beside the number: where the user's account comes from.
  var identity: Identity { storage.parts.identity }
  /// The user name with which the user logged in; `nil` when the log in told none.
  var user: String? { identity.user }
  /// The user's account on the chain; `nil` until `Session.account()` has found it or `Session.setAccount(_:)` has set it.
  public var account: Account? { identity.account }

  package init(
    accessToken: Bytes,
    refreshToken: Bytes?,
    scope: Scope?,
    expiresAtMilliseconds: Int64?,
    applicationID: Int64? = nil,
    userID: Int64? = nil,
    generation: UInt64 = 1,
    renewal: Renewal? = nil,
    identity: Identity = Identity()
  ) {
    storage = Storage(
      Parts(
        accessToken: accessToken,
        refreshToken: refreshToken,
        scope: scope,
        expiresAtMilliseconds: expiresAtMilliseconds,
        applicationID: applicationID,
        userID: userID,
        generation: generation,
        renewal: renewal,
        identity: identity
      )
    )
  }

  private init(_ parts: Parts) {
    storage = Storage(parts)
  }

  package func permits(operationID: Int32) -> Bool {
    storage.parts.scope?.contains(operationID) ?? true
  }

  /// The access token at an address that lives as long as the token.
  package var accessTokenBytes: Bytes { storage.parts.accessToken }
  /// The refresh token at an address that lives as long as the token.
  package var refreshTokenBytes: Bytes? { storage.parts.refreshToken }
  /// The scope at an address that lives as long as the token.
  package var scopeIdentifiers: UnsafeBufferPointer<Int32>? { storage.parts.scope?.identifiers }

  /// What is known of the user beside the number at PeerID. It is kept with the token, in a store and in an export.
  package struct Identity: Sendable, Equatable {
    /// The user name with which the user logged in.
    var user: String?
    /// The user's account on the chain.
    var account: Account?

    package init() {}

    /// The same with what only `other` knows.
    func filled(from other: Identity) -> Identity {
      var identity = self
      identity.user = user ?? other.user
      identity.account = account ?? other.account
      return identity
    }
  }

  /// How a refresh made the token; `nil` when it comes from a log in, an exchange or outside.
  package struct Renewal: Sendable {
    /// When, in milliseconds since 1970 by the server's clock.
    let atMilliseconds: Int64
    /// The fingerprint of the access token that it replaces.
    let predecessor: UInt64
  }

  /// When a refresh made the token, in milliseconds since 1970 by the server's clock.
  var renewedAtMilliseconds: Int64? { storage.parts.renewal?.atMilliseconds }
  var renewal: Renewal? { storage.parts.renewal }

  /// Whether a refresh made the token less than `age` ago. Another process may have done it, by another clock.
  func isYounger(than age: Int64, serverNow: Int64?) -> Bool {
    guard let renewedAtMilliseconds, let serverNow else { return false }
    return abs(serverNow - renewedAtMilliseconds) < age
  }

  /// Whether a refresh replaced this pair by `other`.
  ///
  /// The server answers a refresh before it saves the new pair; a log in in between hands out the old one.
  func isPredecessor(of other: Token) -> Bool {
    other.renewal?.predecessor == fingerprint
  }

  /// Whether both pairs are known to be one user's.
  func isOfSameUser(as other: Token) -> Bool {
    if let user = userID, let its = other.userID { return user == its }
    return isSamePair(as: other) || isPredecessor(of: other) || other.isPredecessor(of: self)
  }

  /// A number that two access tokens do not share by chance (FNV-1a).
  var fingerprint: UInt64 {
    accessTokenBytes.raw.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The same token as another generation.
  package func asGeneration(_ generation: UInt64) -> Token {
    changed { $0.generation = generation }
  }

  /// The same token, made by a refresh of `earlier`: with its user, application and refresh token, where the server did
  /// not give them again.
  func renewing(_ earlier: Token, atMilliseconds: Int64, generation: UInt64) -> Token {
    changed {
      $0.generation = generation
      $0.renewal = Renewal(atMilliseconds: atMilliseconds, predecessor: earlier.fingerprint)
      $0.refreshToken = $0.refreshToken ?? earlier.refreshTokenBytes
    }.identified(as: earlier)
  }

  /// The same token with the user and the application of an earlier one, where the server did not give them again.
  func identified(as earlier: Token) -> Token {
    changed {
      $0.applicationID = $0.applicationID ?? earlier.applicationID
      $0.userID = $0.userID ?? earlier.userID
      $0.identity = $0.identity.filled(from: earlier.identity)
    }
  }

  /// The same token with something else known of the user.
  func identified(_ change: (inout Identity) -> Void) -> Token {
    changed { change(&$0.identity) }
  }

  /// The same token with an unknown expiry.
  func withoutExpiry() -> Token {
    changed { $0.expiresAtMilliseconds = nil }
  }

  private func changed(_ change: (inout Parts) -> Void) -> Token {
    var parts = storage.parts
    change(&parts)
    return Token(parts)
  }

  /// Everything as JSON, in memory that is wiped.
  package func exportedJSON() -> Bytes { TokenWriter.text(self) }

  /// Whether both are the same pair.
  package func isSamePair(as other: Token) -> Bool {
    ConstantTime.areEqual(accessTokenBytes.raw, other.accessTokenBytes.raw)
  }

  private struct Parts: Sendable {
    var accessToken: Bytes
    var refreshToken: Bytes?
    var scope: Scope?
    var expiresAtMilliseconds: Int64?
    var applicationID: Int64?
    var userID: Int64?
    var generation: UInt64
    var renewal: Renewal?
    var identity: Identity
  }

  private final class Storage: Sendable {
    let parts: Parts
    init(_ parts: Parts) { self.parts = parts }
  }
}

extension Token: CustomStringConvertible {
  /// What can be shown: the generation and the expiry.
  public var description: String {
    "Token(generation: \(generation), expiresAtMilliseconds: \(expiresAtMilliseconds.map(String.init) ?? "unknown"))"
  }
}

// Embedded Swift has no reflection, so there is nothing to hide from it.
#if !hasFeature(Embedded)
  extension Token: CustomReflectable {
    /// Nothing beyond the description, so that dumping a token shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }
#endif
