/// Turns what the transport brought back into a result or an error.
enum Answer {
  /// The response for a result that `result(of:effect:explain:)` has read from `outcome`.
  static func response(_ result: JSONValue, of outcome: Result<HTTPResponse, TransportFailure>) -> Response {
    guard case .success(let response) = outcome else { return Response(result: result) }
    return Response(result: result, text: ResultText.compact(response.body))
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
