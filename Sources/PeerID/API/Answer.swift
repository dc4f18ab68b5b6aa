/// Turns what the transport brought back into a result or an error.
enum Answer {
  /// The response of a success, or why there is none.
  static func response(
    of outcome: Result<HTTPResponse, TransportFailure>,
    effect: HTTPRequest.Effect
  ) -> Result<Response, PeerIDError> {
    if case .success(let answer) = outcome, 200..<300 ~= answer.status, !answer.isTruncated,
      let response = ResponseScanner.response(answer.body)
    {
      return .success(response)
    }
    return result(of: outcome, effect: effect).flatMap { _ in
      // The scanner takes every result.
      .failure(PeerIDError(.protocol, effect == .reads ? .notDone : .unknown, "the answer has no result"))
    }
  }

  /// The envelope's result, or why there is none. `explain` may add to the error what only the caller knows.
  static func result(
    of outcome: Result<HTTPResponse, TransportFailure>,
    effect: HTTPRequest.Effect,
    explain: (PeerIDError) -> PeerIDError = { $0 }
  ) -> Result<JSONValue, PeerIDError> {
    switch outcome {
    case .failure(let failure):
      return .failure(explain(ErrorClassifier.error(failure, effect: effect)))
    case .success(let response):
      let envelope = Envelope(status: response.status, body: response.body)
      if 200..<300 ~= response.status, !response.isTruncated, case .result(let result) = envelope {
        return .success(result)
      }
      // Only a status that says what became of the request is worth more than knowing that memory ran out.
      if case .unread = envelope, 200..<300 ~= response.status {
        let message = "memory ran out while the answer was read"
        return .failure(explain(PeerIDError(.outOfMemory, .unknown, message, httpStatus: response.status)))
      }
      return .failure(
        explain(
          ErrorClassifier.error(
            status: response.status,
            envelope: envelope,
            isTruncated: response.isTruncated,
            retryAfterMilliseconds: response.retryAfterMilliseconds,
            effect: effect
          )
        )
      )
    }
  }
}
