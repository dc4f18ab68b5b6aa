/// A call that carries a session's token, without the token.
struct SessionCall {
  let url: Bytes
  let body: Bytes

  /// The request with the headers of one token.
  func request(_ headers: HeaderList) -> HTTPRequest {
    HTTPRequest(url: url, headers: headers, body: body, effect: .changes, answerIsSecret: false)
  }

  /// Reads the answer. A success without a result cannot tell what was done.
  func read(_ outcome: Result<HTTPResponse, TransportFailure>) -> Result<Response, PeerIDError> {
    Answer.response(of: outcome, effect: .changes) { result in
      guard result.isNull else { return nil }
      return PeerIDError(
        .protocol,
        .unknown,
        "the server reports success without a result",
        advice: "find out whether it was done before sending it again",
        httpStatus: 200
      )
    }
  }
}
