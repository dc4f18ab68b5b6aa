/// Parses tokens from the server's answers and from this library's own JSON. The reader works in one pass over the text
/// and leaves no copy of a token in memory that is not wiped.
///
/// The token object is the server's (`token`, `refresh_token`, `scope`, `expires`, …) or one that `TokenWriter` wrote
/// (`access_token`, `expires_at`, …). Missing optional members stay unknown. If a key is repeated, the last one counts.
struct TokenReader {
  private enum Field: String, CaseIterable {
    case accessToken = "access_token"
    case token
    case refreshToken = "refresh_token"
    case scope
    case expiresAt = "expires_at"
    case expires
    case applicationID = "app_id"
    case userID = "user_id"
    case generation
    case renewedAt = "renewed_at"
    case replaces
    case user
    case accountID = "account_id"
    case accountName = "account_name"
  }

  private enum Value {
    case text(Bytes)
    case integer(Int64)
    case numbers([Int32])
    case null
    case other

    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    var text: Bytes? { if case .text(let value) = self { value } else { nil } }
  }

  private typealias Fault = JSONScanner.Fault

  private static let keys = Field.allCases.map { (field: $0, key: JSONKey($0.rawValue)) }

  private var isObject = false
  private var values: [(field: Field, value: Value)] = []

  /// Why a token object is unusable, for use in messages.
  struct Malformed: Error {
    let reason: String
  }

  /// Parses a token object, which must be the whole text.
  static func read(_ text: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> Result<Token, Malformed> {
    var reader = TokenReader()
    try JSONScanner.read(text) { (scanner) throws(Fault) in try reader.read(&scanner) }
    return reader.token()
  }

  /// Parses the value at the scanner's position.
  mutating func read(_ scanner: inout JSONScanner) throws(JSONScanner.Fault) {
    isObject = scanner.next == UInt8(ascii: "{")
    values = []
    guard isObject else { return try scanner.skipValue() }
    try scanner.members { (scanner, key) throws(Fault) in
      if let field = Self.keys.first(where: { scanner.matches(key, $0.key) })?.field {
        let value = try Self.value(&scanner)
        values.removeAll { $0.field == field }
        values.append((field, value))
      } else {
        try scanner.skipValue()
      }
    }
  }

  private static func value(_ scanner: inout JSONScanner) throws(Fault) -> Value {
    switch scanner.next {
    case UInt8(ascii: "\""): return .text(scanner.copy(of: try scanner.string(), wipes: true))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try scanner.number().integer.map { .integer($0) } ?? .other
    case UInt8(ascii: "["): return try numbers(&scanner)
    default:
      let isNull = scanner.next == UInt8(ascii: "n")
      try scanner.skipValue()
      return isNull ? .null : .other
    }
  }

  private static func numbers(_ scanner: inout JSONScanner) throws(Fault) -> Value {
    var numbers: [Int32]? = []
    try scanner.elements { (scanner, _) throws(Fault) in
      if case .integer(let value) = try value(&scanner), let number = Int32(exactly: value) {
        numbers?.append(number)
      } else {
        numbers = nil
      }
    }
    return numbers.map { .numbers($0) } ?? .other
  }

  // MARK: - The token

  private func value(_ field: Field) -> Value? { values.first { $0.field == field }?.value }

  /// The token from the members that were parsed.
  func token(generation: UInt64? = nil) -> Result<Token, Malformed> {
    guard isObject else { return .failure(Malformed(reason: "is not a JSON object")) }
    guard let access = value(.accessToken) ?? value(.token) else {
      return .failure(Malformed(reason: "has no access token"))
    }
    guard let accessToken = access.text.flatMap(Self.secret) else {
      return .failure(Malformed(reason: "has an access token that is not plain text"))
    }
    var refreshToken: Bytes?
    switch value(.refreshToken) {
    // Any other value, such as `false`, counts as missing: the access token is still of use.
    case .text(let text) where text.count > 0:
      guard let usable = Self.secret(text) else {
        return .failure(Malformed(reason: "has a refresh token that is not plain text"))
      }
      refreshToken = usable
    default: break
    }
    let storedGeneration = value(.generation)?.integer.flatMap(UInt64.init(exactly:))
    return .success(
      Token(
        accessToken: accessToken,
        refreshToken: refreshToken,
        scope: scope,
        expiresAtMilliseconds: (value(.expiresAt)?.integer ?? expiry).map(Self.clampToCalendar),
        applicationID: identifier(.applicationID),
        userID: identifier(.userID),
        generation: generation ?? storedGeneration ?? 1,
        renewal: renewal,
        identity: identity
      )
    )
  }

  /// The identity, which only this library writes. (An object of the server has `token` instead of `access_token`.)
  private var identity: Token.Identity {
    var identity = Token.Identity()
    guard value(.accessToken) != nil else { return identity }
    identity.user = value(.user)?.text?.text
    if let id = value(.accountID)?.text, let name = value(.accountName)?.text {
      identity.account = Account(id: id.text, name: name.text)
    }
    return identity
  }

  private var renewal: Token.Renewal? {
    guard let time = value(.renewedAt)?.integer, let replaced = value(.replaces)?.integer else { return nil }
    return Token.Renewal(atMilliseconds: Self.clampToCalendar(time), predecessor: UInt64(bitPattern: replaced))
  }

  /// A token becomes part of a header, so it must not contain a line break.
  private static func secret(_ text: Bytes) -> Bytes? {
    text.count > 0 && text.raw.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? text : nil
  }

  /// The scope, if it consists of operation numbers. Any other scope, such as a list of names, counts as unknown: only
  /// the server checks it.
  private var scope: Scope? {
    if case .numbers(let numbers) = value(.scope) { Scope(numbers) } else { nil }
  }

  private func identifier(_ field: Field) -> Int64? {
    value(field)?.integer ?? value(field)?.text.flatMap { $0.withBytes { Int64(decimal: $0) } }
  }

  /// Limits a time to the years from 1970 to 9999, so that later arithmetic cannot overflow.
  private static func clampToCalendar(_ milliseconds: Int64) -> Int64 {
    min(max(milliseconds, 0), 253_402_300_799_999)
  }

  /// The expiry. The backend writes ISO 8601, but its guide specifies no format. So numbers are accepted, too: seconds
  /// or, if the number is too large for seconds, milliseconds.
  private var expiry: Int64? {
    if let text = value(.expires)?.text { return text.withBytes(Timestamp.fromISO8601) }
    guard let number = value(.expires)?.integer, number > 0 else { return nil }
    let firstPlausibleMilliseconds: Int64 = 100_000_000_000
    return number < firstPlausibleMilliseconds ? number * 1000 : number
  }
}

/// Writes tokens as JSON, for stores and for applications that export them.
enum TokenWriter {
  static func json(_ token: Token) -> JSONLiteral {
    let renewal: [(String, JSONLiteral)] =
      token.renewal.map {
        [
          ("renewed_at", .integer($0.atMilliseconds)),
          ("replaces", .integer(Int64(bitPattern: $0.predecessor))),
        ]
      } ?? []
    let user: [(String, JSONLiteral)] = token.user.map { [("user", .string($0))] } ?? []
    let account: [(String, JSONLiteral)] =
      token.account.map { [("account_id", .string($0.id)), ("account_name", .string($0.name))] } ?? []
    return .object(
      [
        ("access_token", .text(token.accessTokenBytes)),
        ("refresh_token", token.refreshTokenBytes.map { .text($0) } ?? .null),
        ("scope", token.scope.map { .array($0.map { .integer(Int64($0)) }) } ?? .null),
        ("expires_at", token.expiresAtMilliseconds.map { .integer($0) } ?? .null),
        ("app_id", token.applicationID.map { .integer($0) } ?? .null),
        ("user_id", token.userID.map { .integer($0) } ?? .null),
        ("generation", .integer(Int64(clamping: token.generation))),
      ] + renewal + user + account
    )
  }

  /// The JSON text, in memory that is wiped.
  static func text(_ token: Token) -> Bytes {
    json(token).text(wipes: true)
  }
}
