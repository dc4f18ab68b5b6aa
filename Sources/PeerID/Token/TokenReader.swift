/// Reads tokens from the server's answers and from the JSON in which this library writes them.
enum TokenReader {
  /// Reads a token object of the server (`token`, `refresh_token`, `scope`, `expires`, …) or one that
  /// `TokenWriter` wrote (`access_token`, `expires_at`, …). Whatever may be missing is left unknown.
  ///
  /// Returns what is wrong, for a person, when it is not usable.
  static func read(_ json: JSONValue, generation: UInt64? = nil) -> Result<Token, Malformed> {
    guard json.kind == .object else { return .failure(Malformed(reason: "is not a JSON object")) }
    guard let access = json["access_token"] ?? json["token"] else {
      return .failure(Malformed(reason: "has no access token"))
    }
    guard let accessToken = secret(access) else {
      return .failure(Malformed(reason: "has an access token that is not plain text"))
    }
    var refreshToken: Bytes?
    if let refresh = json["refresh_token"], !refresh.isNull {
      guard let usable = secret(refresh) else {
        return .failure(Malformed(reason: "has a refresh token that is not plain text"))
      }
      refreshToken = usable
    }
    let storedGeneration = json["generation"]?.integer.flatMap(UInt64.init(exactly:))
    return .success(
      Token(
        accessToken: accessToken,
        refreshToken: refreshToken,
        scope: scope(json["scope"]),
        expiresAtMilliseconds: (json["expires_at"]?.integer ?? expiry(json["expires"])).map(clampToCalendar),
        applicationID: identifier(json["app_id"]),
        userID: identifier(json["user_id"]),
        generation: generation ?? storedGeneration ?? 1,
        renewal: renewal(json)
      )
    )
  }

  private static func renewal(_ json: JSONValue) -> Token.Renewal? {
    guard let time = json["renewed_at"]?.integer, let replaced = json["replaces"]?.integer else { return nil }
    return Token.Renewal(atMilliseconds: clampToCalendar(time), predecessor: UInt64(bitPattern: replaced))
  }

  /// What makes a token object unusable.
  struct Malformed: Error {
    let reason: String
  }

  /// A token goes into a header, so it must not be able to end one.
  private static func secret(_ value: JSONValue) -> Bytes? {
    guard let text = value.utf8, !text.isEmpty, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    return Bytes(text, wipes: true)
  }

  /// The numbers of the operations. A scope of anything else, such as names, is unknown: the server checks it.
  private static func scope(_ value: JSONValue?) -> Scope? {
    guard let value, value.kind == .array else { return nil }
    var numbers: [Int32] = []
    for element in value.elements {
      guard let number = element.integer.flatMap(Int32.init(exactly:)) else { return nil }
      numbers.append(number)
    }
    return Scope(numbers)
  }

  private static func identifier(_ value: JSONValue?) -> Int64? {
    value?.integer ?? value?.string.flatMap { Int64($0) }
  }

  /// Keeps a point in time between 1970 and the year 9999, so that no later arithmetic can overflow.
  private static func clampToCalendar(_ milliseconds: Int64) -> Int64 {
    min(max(milliseconds, 0), 253_402_300_799_999)
  }

  /// The backend writes ISO 8601. The guide does not say, so numbers are taken too: seconds or, when they are too
  /// large for that, milliseconds.
  private static func expiry(_ value: JSONValue?) -> Int64? {
    if let text = value?.utf8 { return Timestamp.fromISO8601(text) }
    guard let number = value?.integer, number > 0 else { return nil }
    let firstPlausibleMilliseconds: Int64 = 100_000_000_000
    return number < firstPlausibleMilliseconds ? number * 1000 : number
  }
}

/// Writes tokens as JSON, for applications that keep them and for stores.
enum TokenWriter {
  static func json(_ token: Token) -> JSONLiteral {
    let renewal: [(String, JSONLiteral)] =
      token.renewal.map {
        [
          ("renewed_at", .integer($0.atMilliseconds)),
          ("replaces", .integer(Int64(bitPattern: $0.predecessor))),
        ]
      } ?? []
    return .object(
      [
        ("access_token", .text(token.accessTokenBytes)),
        ("refresh_token", token.refreshTokenBytes.map { .text($0) } ?? .null),
        ("scope", token.scope.map { .array($0.map { .integer(Int64($0)) }) } ?? .null),
        ("expires_at", token.expiresAtMilliseconds.map { .integer($0) } ?? .null),
        ("app_id", token.applicationID.map { .integer($0) } ?? .null),
        ("user_id", token.userID.map { .integer($0) } ?? .null),
        ("generation", .integer(Int64(clamping: token.generation))),
      ] + renewal
    )
  }

  /// The JSON text, in memory that is wiped.
  static func text(_ token: Token) -> Bytes {
    json(token).text(wipes: true)
  }
}
