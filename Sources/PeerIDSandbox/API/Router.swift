internal import PeerID

/// Answers requests, except for faults and controls.
extension SandboxState {
  /// The maximum length of a header block. Node closes the connection of longer requests.
  private static let longestHeaderBlock = 16_384

  /// Answers one request to PeerID.
  mutating func answer(_ request: HTTPRequest, sequence: UInt64) -> HTTPAnswer {
    if request.headerBlockLength >= Self.longestHeaderBlock { return .headersTooLarge }
    if !HTTPAnswer.knownMethods.contains(request.method) { return .unknownMethod }
    var answer: HTTPAnswer
    do throws(Refusal) {
      let body: JSONDocument?
      do throws(Refusal) {
        body = try BodyParser.parse(request)
      } catch {
        // The body parser answers before other code adds headers.
        return error.answer
      }
      if request.method == "OPTIONS" { return .preflight(request) }
      tokens.settle(now: PeerID.Clock.monotonicMicroseconds())
      advanceChain()
      answer = try route(request, body, sequence: sequence)
    } catch {
      answer = error.answer
    }
    answer.headers = HTTPAnswer.originHeaders(request) + answer.headers
    return answer.notModified(for: request)
  }

  private mutating func route(
    _ request: HTTPRequest,
    _ body: JSONDocument?,
    sequence: UInt64
  ) throws(Refusal) -> HTTPAnswer {
    let method = request.method == "HEAD" ? "GET" : request.method
    if !request.isForInterface, request.route != "/permissions" { throw .methodNotAllowed }
    switch (request.route, method) {
    case ("/api/v1/auth/token", "POST"):
      return Envelope.success(try signIn(tokenBody(request, body), sequence: sequence))
    case ("/api/v1/auth/exchange", "POST"):
      return Envelope.success(try exchange(tokenBody(request, body), sequence: sequence))
    case ("/api/v1/auth/refreshtoken", "POST"):
      return Envelope.success(try refresh(tokenBody(request, body), sequence: sequence))
    case ("/api/v1/app/operations", "POST"):
      var answer = Envelope.success(try operations(body?.root, request, sequence: sequence))
      answer.headers += cookieHeaders(request)
      return answer
    case ("/api/v1/app/transaction-token", "POST"):
      return Envelope.success(try confirm(request, sequence: sequence))
    case ("/api/v1/app/broadcast", "POST"):
      return Envelope.success(try broadcast(body?.root, request, sequence: sequence))
    case ("/api/v1/app/blockchain-data", "GET"):
      return Envelope.success(try blockchainData(request))
    case ("/permissions", "GET") where request.isForPages:
      return showPermissions(request)
    case ("/permissions", "POST") where request.isForPages:
      return submitPermissions(request, body?.root, sequence: sequence)
    default:
      if let answer = try webAnswer(request, method, body?.root, sequence: sequence) { return answer }
      throw .methodNotAllowed
    }
  }

  /// The parameters of a token call, from the body or, depending on the settings, from the query, as in the published
  /// guide.
  private func tokenBody(_ request: HTTPRequest, _ body: JSONDocument?) -> JSONValue? {
    if settings.acceptsQuery, !request.query.isEmpty, body == nil || body?.root.count == 0 {
      return NestedParameters.parse(request.query).root
    }
    return body?.root
  }
}
