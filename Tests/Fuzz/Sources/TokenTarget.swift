@testable import PeerID

/// Tokens in answers: a token that is read, written and read again is unchanged.
enum TokenTarget {
  static func run(_ input: UnsafeRawBufferPointer) {
    if case .token(let token) = TokenAnswer(input) {
      checkWritten(token)
      checkTree(token, input)
    }
    if case .success(let token)? = try? TokenReader.read(input) { checkWritten(token) }
  }

  /// jansson finds the same tokens.
  private static func checkTree(_ token: Token, _ answer: UnsafeRawBufferPointer) {
    guard let result = (try? JSONDocument(parsing: answer))?.root["result"] else { return }
    let access = result["access_token"] ?? result["token"]
    check(access?.string == token.accessToken, "another access token")
    let refresh = result["refresh_token"]?.string
    check((refresh == "" ? nil : refresh) == token.refreshToken, "another refresh token")
    check((result["user_id"]?.integer ?? token.userID) == token.userID, "another user")
    if result["scope"]?.kind == .array, let scope = token.scope {
      check(
        Set(scope) == Set(result["scope"]?.elements.compactMap { $0.integer.map(Int32.init) } ?? []),
        "another scope"
      )
    }
  }

  /// A token in the library's own form, and in a stored session, is the same token.
  static func checkWritten(_ token: Token) {
    check(isHeaderText(token.accessTokenBytes), "an access token can end its header")
    if let refresh = token.refreshTokenBytes { check(isHeaderText(refresh), "a refresh token has control characters") }
    if let time = token.expiresAtMilliseconds {
      check(0...253_402_300_799_999 ~= time, "a token expires outside the calendar: \(time)")
    }
    do {
      switch try token.exportedJSON().withBytes(TokenReader.read) {
      case .success(let again): checkSame(token, again)
      case .failure(let malformed): fail("an exported token \(malformed.reason)")
      }
      let stored = StoredSessionFormat.write(token, key: "alice")
      checkSame(token, try StoredSessionFormat.read(stored, key: "alice"))
    } catch {
      fail("a token that was written is not read: \(error)")
    }
  }

  static func checkSame(_ one: Token, _ other: Token) {
    check(one.accessToken == other.accessToken, "the access token changes")
    check(one.refreshToken == other.refreshToken, "the refresh token changes")
    check(one.scope == other.scope, "the scope changes")
    check(one.expiresAtMilliseconds == other.expiresAtMilliseconds, "the expiry changes")
    check(one.applicationID == other.applicationID, "the application changes")
    check(one.userID == other.userID, "the user changes")
    check(Int64(clamping: one.generation) == Int64(clamping: other.generation), "the generation changes")
  }

  private static func isHeaderText(_ text: Bytes) -> Bool {
    text.count > 0 && text.withBytes { $0.allSatisfy { 0x21..<0x7F ~= $0 } }
  }
}
