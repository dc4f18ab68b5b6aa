/// Converts what the transport has received to a result or an error.
enum Answer {
  /// The response if the request succeeded; otherwise the error.
  static func response(
    of outcome: Result<HTTPResponse, TransportFailure>,
    to kind: RequestKind
  ) -> Result<Response, PeerIDError> {
    if case .success(let answer) = outcome, 200..<300 ~= answer.status, !answer.isTruncated,
      let response = ResponseScanner.response(answer.body)
    {
      return checked(response, kind, answer.status)
    }
    // The scanner fails on a valid answer only if there is no memory for a copy of its result.
    return result(of: outcome, to: kind).flatMap { _ in .failure(outOfMemory(of: outcome, kind)) }
  }

  /// The token if the request succeeded, `nil` when the server has no token for the user; otherwise the error.
  static func token(
    of outcome: Result<HTTPResponse, TransportFailure>,
    to kind: RequestKind,
    explain: (PeerIDError) -> PeerIDError
  ) -> Result<Token?, PeerIDError> {
    if case .success(let answer) = outcome, 200..<300 ~= answer.status, !answer.isTruncated,
      let read = TokenAnswer(answer.body)
    {
      switch read {
      case .none: return .success(nil)
      case .token(let token): return .success(token)
      case .malformed(let malformed): return .failure(self.malformed(malformed))
      }
    }
    return result(of: outcome, to: kind, explain: explain).flatMap { _ in .failure(outOfMemory(of: outcome, kind)) }
  }

  /// The error for an answer with HTTP 200 whose token cannot be used.
  static func malformed(_ token: TokenReader.Malformed) -> PeerIDError {
    PeerIDError(.protocol, .unknown, "the server's token \(token.reason)", httpStatus: 200)
  }

  private static func outOfMemory(
    of outcome: Result<HTTPResponse, TransportFailure>,
    _ kind: RequestKind
  ) -> PeerIDError {
    let message = "memory ran out while the answer was read"
    let status = (try? outcome.get())?.status ?? 0
    return PeerIDError(.outOfMemory, .unknown, message, advice: kind.advice, httpStatus: status)
  }

  /// Returns the response, or an error if the request makes a transaction and the response has neither a transaction id
  /// nor a transaction token.
  private static func checked(
    _ response: Response,
    _ kind: RequestKind,
    _ status: Int
  ) -> Result<Response, PeerIDError> {
    let proof = response.transactionIDBytes ?? (kind == .operations ? response.transactionTokenBytes : nil)
    // C callers read to the first NUL, so an id that begins with one is empty.
    if !kind.isSubmit || proof?.cString.pointee ?? 0 > 0x20 { return .success(response) }
    let json = response.jsonBytes
    let missing = json.count == 4 && json.contains("null") ? "a result" : "a transaction id"
    let message = "the server reports success without \(missing)"
    return .failure(PeerIDError(.protocol, .unknown, message, advice: kind.advice, httpStatus: status))
  }

  /// The envelope's result, or the error. `explain` can add details to the error that only the caller knows.
  static func result(
    of outcome: Result<HTTPResponse, TransportFailure>,
    to kind: RequestKind,
    explain: (PeerIDError) -> PeerIDError = { $0 }
  ) -> Result<JSONValue, PeerIDError> {
    switch outcome {
    case .failure(let failure):
      return .failure(explain(ErrorClassifier.error(failure, kind)))
    case .success(let response):
      let envelope = Envelope(status: response.status, body: response.body)
      if 200..<300 ~= response.status, !response.isTruncated, case .result(let result) = envelope {
        return .success(result)
      }
      // If the status is a failure, the error for the status is more useful than "out of memory": it says whether the
      // request was done.
      if case .unread = envelope, 200..<300 ~= response.status {
        return .failure(explain(outOfMemory(of: outcome, kind)))
      }
      return .failure(explain(ErrorClassifier.error(response, envelope, kind)))
    }
  }
}
