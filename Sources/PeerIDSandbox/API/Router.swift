internal import PeerID

/// Which answer a request gets, the faults and the controls aside.
extension SandboxState {
  /// Answers one request to PeerID.
  mutating func answer(_ request: HTTPRequest, sequence: UInt64) -> HTTPAnswer {
    do throws(Refusal) {
      let body = try BodyParser.parse(request)
      tokens.settle(now: Clock.monotonicMicroseconds())
      return try route(request, body, sequence: sequence)
    } catch {
      return error.answer
    }
  }

  private mutating func route(
    _ request: HTTPRequest,
    _ body: JSONDocument?,
    sequence: UInt64
  ) throws(Refusal) -> HTTPAnswer {
    let reads = request.method == "GET" || request.method == "HEAD"
    switch (request.route, reads ? "GET" : request.method) {
    case ("/api/v1/auth/token", "POST"):
      return Envelope.success(try signIn(tokenBody(request, body)))
    case ("/api/v1/auth/exchange", "POST"):
      return Envelope.success(try exchange(tokenBody(request, body)))
    case ("/api/v1/auth/refreshtoken", "POST"):
      return Envelope.success(try refresh(tokenBody(request, body)))
    case ("/api/v1/app/operations", "POST"):
      return Envelope.success(try operations(body?.root, request, sequence: sequence))
    case ("/api/v1/app/transaction-token", "POST"):
      return Envelope.success(try confirm(request, sequence: sequence))
    case ("/api/v1/app/broadcast", "POST"):
      return Envelope.success(try broadcast(body?.root, request, sequence: sequence))
    case ("/api/v1/app/blockchain-data", "GET"):
      return Envelope.success(try blockchainData(request))
    case ("/permissions", "GET"):
      return showPermissions(request)
    case ("/permissions", "POST"):
      return submitPermissions(request, body?.root)
    default:
      throw .methodNotAllowed
    }
  }

  /// The parameters of a token call: the body, or the query as in the published guide when the settings say so.
  private func tokenBody(_ request: HTTPRequest, _ body: JSONDocument?) -> JSONValue? {
    if settings.acceptsQuery, !request.query.isEmpty, body == nil || body?.root.count == 0 {
      return NestedParameters.parse(request.query).root
    }
    return body?.root
  }
}
