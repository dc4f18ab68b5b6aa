/// A call that carries a session's token, without the token.
struct SessionCall {
  let url: Bytes
  let body: Bytes

  /// The request with the headers of one token.
  func request(_ headers: HeaderList) -> HTTPRequest {
    HTTPRequest(url: url, headers: headers, body: body, effect: .changes, answerIsSecret: false)
  }

  /// Reads the answer. A success whose result names no transaction cannot tell what was done.
  func read(_ outcome: Result<HTTPResponse, TransportFailure>) -> Result<Response, PeerIDError> {
    Answer.response(of: outcome, effect: .changes).flatMap { response in
      if response.transactionIDBytes != nil || response.transactionTokenBytes != nil { return .success(response) }
      let what = response.jsonBytes.raw.elementsEqual("null".utf8) ? "without a result" : "without a transaction"
      return .failure(
        PeerIDError(
          .protocol,
          .unknown,
          "the server reports success \(what)",
          advice: "find out whether it was done before sending it again",
          httpStatus: 200
        )
      )
    }
  }
}
