/// A pair of access and refresh token, with its scope and expiry. Immutable.
///
/// Printing a token shows no secret.
public struct Token: Sendable {
  private let storage: Storage

  /// The access token, which API calls carry. A secret.
  public var accessToken: String { storage.parts.accessToken.text }
  /// The refresh token, which can be exchanged once for a new pair; `nil` when the server returned none. A secret.
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
  /// Counts the session's pairs of tokens: 1 after the login, one more after each refresh.
  public var generation: UInt64 { storage.parts.generation }

  /// The known facts about the user, other than the id.
  var identity: Identity { storage.parts.identity }
  /// The user name with which the user logged in; `nil` if there was none.
  var user: String? { identity.user }
  /// The user's account on the chain; `nil` until `Session.account()` finds it or `Session.setAccount(_:)` sets it.
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

  /// The access token as a C string, valid while this value exists.
  package var accessTokenBytes: Bytes { storage.parts.accessToken }
  /// The refresh token as a C string, valid while this value exists.
  package var refreshTokenBytes: Bytes? { storage.parts.refreshToken }
  /// The scope as a C array, valid while this value exists.
  package var scopeIdentifiers: UnsafeBufferPointer<Int32>? { storage.parts.scope?.identifiers }

  /// The known facts about the user, other than the id. They are part of the stored session and of exported tokens.
  package struct Identity: Sendable, Equatable {
    /// The user name with which the user logged in.
    var user: String?
    /// The user's account on the chain.
    var account: Account?

    package init() {}

    /// This identity, with missing parts taken from `other`.
    func filled(from other: Identity) -> Identity {
      var identity = self
      identity.user = user ?? other.user
      identity.account = account ?? other.account
      return identity
    }
  }

  /// Describes the refresh that returned a token.
  package struct Renewal: Sendable {
    /// When, in milliseconds since 1970 by the server's clock.
    let atMilliseconds: Int64
    /// The fingerprint of the access token that was replaced.
    let predecessor: UInt64
  }

  /// When a refresh returned the token, in milliseconds since 1970 by the server's clock; `nil` if it has another
  /// origin.
  var renewedAtMilliseconds: Int64? { storage.parts.renewal?.atMilliseconds }
  var renewal: Renewal? { storage.parts.renewal }

  /// The largest error in a process's estimate of the server's time, in milliseconds. The estimate is wrong if the
  /// process was stopped while an answer arrived.
  private static let clockError: Int64 = 60_000

  /// Whether a refresh returned the token less than `age` ago. The time of the refresh may seem to be up to
  /// `clockError` in the future: then another process has refreshed, and this process misjudges the server's time.
  func isYounger(than age: Int64, serverNow: Int64?) -> Bool {
    guard let renewedAtMilliseconds, let serverNow else { return false }
    return (-Self.clockError..<age).contains(serverNow - renewedAtMilliseconds)
  }

  /// Whether a refresh replaced this pair by `other`.
  ///
  /// The server answers a refresh before it saves the new pair, so a login just after a refresh may return the old
  /// one.
  func isPredecessor(of other: Token) -> Bool {
    other.renewal?.predecessor == fingerprint
  }

  /// Whether both pairs are known to belong to one user.
  func isOfSameUser(as other: Token) -> Bool {
    if let user = userID, let its = other.userID { return user == its }
    return isSamePair(as: other) || isPredecessor(of: other) || other.isPredecessor(of: self)
  }

  /// Whether both pairs are known to belong to different users.
  func isOfAnotherUser(than other: Token) -> Bool {
    if let user = userID, let its = other.userID { user != its } else { false }
  }

  /// A hash of the access token (FNV-1a). Two tokens of a server do not have the same hash by chance.
  var fingerprint: UInt64 {
    accessTokenBytes.raw.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The same token with another generation.
  package func asGeneration(_ generation: UInt64) -> Token {
    changed { $0.generation = generation }
  }

  /// This token as the result of a refresh of `earlier`. Its user, application and refresh token are kept if the server
  /// did not return them again.
  func renewing(_ earlier: Token, atMilliseconds: Int64, generation: UInt64) -> Token {
    changed {
      $0.generation = generation
      $0.renewal = Renewal(atMilliseconds: atMilliseconds, predecessor: earlier.fingerprint)
      $0.refreshToken = $0.refreshToken ?? earlier.refreshTokenBytes
    }.identified(as: earlier)
  }

  /// The same token with the user and application of an earlier one, if the server did not return them again.
  func identified(as earlier: Token) -> Token {
    changed {
      $0.applicationID = $0.applicationID ?? earlier.applicationID
      $0.userID = $0.userID ?? earlier.userID
      $0.identity = $0.identity.filled(from: earlier.identity)
    }
  }

  /// The same token with a changed identity.
  func identified(_ change: (inout Identity) -> Void) -> Token {
    changed { change(&$0.identity) }
  }

  /// The same token with an unknown expiry.
  func withoutExpiry() -> Token {
    changed { $0.expiresAtMilliseconds = nil }
  }

  @inline(never)
  private func changed(_ change: (inout Parts) -> Void) -> Token {
    var parts = storage.parts
    change(&parts)
    return Token(parts)
  }

  /// The token and its identity as JSON, in memory that is wiped.
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
  /// The generation and the expiry, which are not secret.
  public var description: String {
    "Token(generation: \(generation), expiresAtMilliseconds: \(expiresAtMilliseconds.map(String.init) ?? "unknown"))"
  }
}

// Embedded Swift has no reflection, so this is not needed there.
#if !hasFeature(Embedded)
  extension Token: CustomReflectable {
    /// No children, so that dumping a token shows no secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }
#endif
