/// A request of a session. The token is added when the request is sent.
struct SessionCall {
  let kind: RequestKind
  let url: Bytes
  let body: Bytes
  /// The secrets in the URL.
  var secrets: [Bytes] = []
  /// The id of the application that confirms a transaction token. The server accepts any, so errors name it.
  var confirmingApplication: String?

  /// The request with the headers of one token.
  func request(_ headers: HeaderList) -> HTTPRequest {
    HTTPRequest(kind: kind, url: url, headers: headers, body: body, secrets: secrets)
  }

  /// Reads the answer.
  func read(_ outcome: Result<HTTPResponse, TransportFailure>) -> Result<Response, PeerIDError> {
    let result = Answer.response(of: outcome, to: kind)
    guard let confirmingApplication else { return result }
    return result.mapError { $0.adding(" (confirming as application \(confirmingApplication))") }
  }
}
