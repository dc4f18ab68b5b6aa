internal import PeerID

/// An overview of the state, for the dashboard and for programs: `GET /sandbox/state`.
extension SandboxState {
  private static let shownRequests = 50
  private static let shownOperations = 20

  var overview: JSONLiteral {
    [
      "version": .string(PeerID.Version.text),
      "authorization_page": .string(authorizationPage),
      "users": .array(users.map(\.literal)),
      "apps": .array(fixture.apps.map(\.literal)),
      "sessions": .array(tokens.all.map { sessionLiteral($0) }),
      "requests": .array(log.requests.suffix(Self.shownRequests).reversed().map(\.overview)),
      "executed": .array(executed.suffix(Self.shownOperations).reversed().map { executedLiteral($0) }),
      "waiting": .integer(Int64(chain.pool.count)),
      "faults": .array(faults.faults.map(\.literal)),
      "settings": settings.literal,
      "chain": [
        "head_block_number": .integer(chain.headBlock),
        "last_irreversible_block_num": .integer(chain.lastIrreversibleBlock),
        "time": .string(TimeText.chain(seconds: chain.headTime)),
      ],
    ]
  }

  private func sessionLiteral(_ pair: TokenPair) -> JSONLiteral {
    [
      "user": .string(user(id: pair.userID)?.username ?? ""),
      "app": .integer(Int64(pair.clientID)),
      "access_token": .string(pair.accessToken),
      "refresh_token": .string(pair.refreshToken),
      "expires": .string(TimeText.iso(milliseconds: pair.expires)),
      "expired": .boolean(pair.expires < now),
    ]
  }
}

extension LoggedRequest {
  /// The request in one line.
  fileprivate var overview: JSONLiteral {
    [
      "sequence": .integer(Int64(clamping: sequence)),
      "time": .string(TimeText.iso(milliseconds: arrived / 1_000)),
      "method": .string(request.method),
      "path": .string(request.path),
      "status": answer.map { .integer(Int64($0.status)) } ?? .null,
      "fault": fault.map { .string($0) } ?? .null,
      "delivered": isDelivered.map { .boolean($0) } ?? .null,
      "answer": answer.map { .string(String($0.body.text.prefix(300))) } ?? .null,
    ]
  }
}
