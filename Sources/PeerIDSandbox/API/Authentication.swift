internal import PeerID

/// The user and the app to which an access token belongs.
struct Caller {
  let party: Party
  let app: Fixture.App
}

extension SandboxState {
  /// Checks the two headers of a call, in the same order as the server.
  func authenticate(_ request: HTTPRequest) throws(Refusal) -> Caller {
    let authorization = request.header("Authorization") ?? ""
    let client = request.headers(named: "ClientID").joined(separator: ", ")
    guard !authorization.isEmpty, !client.isEmpty else { throw Refusal(401, "unauthorized") }
    // The server accepts any header that has two words or begins with `Bearer`, and uses the second word.
    let words = authorization.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2 || words[0] == "Bearer" else { throw Refusal(401, "Authorization invalid") }
    guard words.count > 1 else {
      throw Refusal(400, "WHERE parameter \"token\" has invalid \"undefined\" value")
    }
    let clientID = try Self.databaseInteger(client)
    guard let pair = tokens.pair(accessToken: String(words[1])), pair.clientID == clientID, pair.expires >= now,
      let app = apps[clientID]
    else { throw Refusal(401, "Access Token invalid or expired") }
    return Caller(party: Party(userID: pair.userID, clientID: clientID), app: app)
  }

  /// The user of the session cookie, if the request has a valid one.
  func sessionUser(_ request: HTTPRequest) -> Int? {
    for cookie in (request.header("Cookie") ?? "").split(separator: ";") {
      let sides = cookie.split(separator: "=", maxSplits: 1)
      guard sides.count == 2, sides[0].drop(while: { $0 == " " }) == "crypto.sid" else { continue }
      return sessions[String(sides[1])]
    }
    return nil
  }

  /// Converts a header to an integer as the database does. The server puts the header into an SQL query unescaped, so
  /// the errors are those of the database.
  private static func databaseInteger(_ text: String) throws(Refusal) -> Int {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw Refusal(400, .string("invalid input syntax for type integer: \"\(text)\""))
    }
    guard let number = Int(text), Int32(exactly: number) != nil else {
      throw Refusal(400, .string("value \"\(text)\" is out of range for type integer"))
    }
    return number
  }
}
