internal import PeerID

/// Whom a call with an access token speaks for.
struct Caller {
  let party: Party
  let app: Fixture.App
}

extension SandboxState {
  /// Checks the two headers of a call, in the order of the server.
  func authenticate(_ request: HTTPRequest) throws(Refusal) -> Caller {
    let authorization = request.header("Authorization") ?? ""
    let client = request.header("ClientID") ?? ""
    guard !authorization.isEmpty, !client.isEmpty else { throw Refusal(401, "unauthorized") }
    let words = authorization.split(separator: " ")
    guard words.count == 2, String(words[0]).isCaseInsensitively("Bearer") else {
      throw Refusal(401, "Authorization invalid")
    }
    let clientID = try Self.databaseInteger(client)
    guard let pair = tokens.pair(accessToken: String(words[1])), pair.clientID == clientID, pair.expires > now,
      let app = apps[clientID]
    else { throw Refusal(401, "Access Token invalid or expired") }
    return Caller(party: Party(userID: pair.userID, clientID: clientID), app: app)
  }

  /// The header goes into a database query as it is, so the database complains about it.
  private static func databaseInteger(_ text: String) throws(Refusal) -> Int {
    guard let digits = Optional(text.drop { $0 == "-" || $0 == "+" }), !digits.isEmpty,
      digits.allSatisfy({ $0.isASCII && $0.isNumber })
    else { throw Refusal(400, .string("invalid input syntax for type integer: \"\(text)\"")) }
    guard let number = Int(text), Int32(exactly: number) != nil else {
      throw Refusal(400, .string("value \"\(text)\" is out of range for type integer"))
    }
    return number
  }
}
