internal import PeerID

extension Fixture {
  /// The fixture as JSON, in the format that the reader accepts.
  public var json: String { literal.compactText.text }

  var literal: JSONLiteral {
    var members: [(String, JSONLiteral)] = [
      ("users", .array(users.map(\.literal))),
      ("apps", .array(apps.map(\.literal))),
      ("joined", .array(joins.map(\.literal))),
      ("tokens", .array(tokens.map(\.literal))),
      ("codes", .array(codes.map(\.literal))),
    ]
    if let chain { members.append(("chain", chain.literal)) }
    return .object(members + [("settings", settings.literal)])
  }
}

extension Fixture.User {
  var literal: JSONLiteral {
    [
      "username": .string(username),
      "email": email.map { .string($0) } ?? .null,
      "password": password.map { .string($0) } ?? .null,
      "mobile": mobile.map { .string($0) } ?? .null,
      "account": .string(account),
      "account_name": .string(accountName),
      "permission": .boolean(hasPermission),
      "join": .string(joinAnswer.rawValue),
    ]
  }
}

extension Fixture.App {
  var literal: JSONLiteral {
    [
      "client_id": .integer(Int64(clientID)),
      "client_secret": .string(clientSecret),
      "name": .string(name),
      "operations": .array(operations.map { .string($0) }),
      "signing_request_required": .boolean(signingRequestRequired),
      "requires_session_cookie": requiresSessionCookie.map { .boolean($0) } ?? .null,
      "redirect_uris": .array(redirectURIs.map { .string($0) }),
      "domains": .array(domains.map { .string($0) }),
    ]
  }
}

extension Fixture.Join {
  var literal: JSONLiteral {
    var members: [(String, JSONLiteral)] = [("user", .string(username)), ("app", .integer(Int64(clientID)))]
    if let operations { members.append(("operations", .array(operations.map { .string($0) }))) }
    return .object(members)
  }
}

extension Fixture.Token {
  var literal: JSONLiteral {
    [
      "user": .string(username),
      "app": .integer(Int64(clientID)),
      "token": .string(accessToken),
      "refresh_token": .string(refreshToken),
      "expires_in_ms": .integer(expiresInMilliseconds),
    ]
  }
}

extension Fixture.Code {
  var literal: JSONLiteral {
    [
      "code": .string(code), "user": .string(username), "app": .integer(Int64(clientID)), "used": .boolean(isUsed),
    ]
  }
}

extension Fixture.Chain {
  var literal: JSONLiteral {
    [
      "balances": .array(
        balances.map { balance in
          [
            "account": .string(balance.account), "asset": .string(balance.asset), "amount": .integer(balance.amount),
          ]
        }
      ),
      "objects": .array(objects.map(\.literal)),
    ]
  }
}
