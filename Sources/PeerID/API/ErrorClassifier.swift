/// Converts an answer to the error of the call. The code is the kind of failure; the outcome is whether the request may
/// have been carried out.
enum ErrorClassifier {
  /// The error for a request without an answer.
  static func error(_ failure: TransportFailure, _ kind: RequestKind) -> PeerIDError {
    let isUncertain = failure.mayHaveBeenSent
    let outcome: Outcome = isUncertain ? .unknown : .notSent
    let repeatable = !isUncertain || !kind.changesSomething
    let because = failure.reason.isEmpty ? "" : ": \(failure.reason)"
    func make(_ code: ErrorCode, _ message: String, isRetryable: Bool) -> PeerIDError {
      PeerIDError(code, outcome, message + because, advice: kind.advice, isRetryable: isRetryable)
    }
    switch failure.kind {
    case .unreachable: return make(.unreachable, "the server could not be reached", isRetryable: true)
    case .tls: return make(.tls, "TLS handshake or certificate verification failed", isRetryable: false)
    case .lost: return make(.connectionLost, "the request was sent and no answer came", isRetryable: repeatable)
    case .notHTTP: return make(.protocol, "the answer is not HTTP", isRetryable: repeatable)
    case .timedOut:
      // An earlier request of the call may have been sent; see `afterAnswer`.
      let place = isUncertain ? "waiting for the answer" : "before a connection was ready"
      return make(.timeout, "time ran out \(place)", isRetryable: repeatable)
    case .cancelled: return make(.cancelled, "the call was cancelled", isRetryable: repeatable)
    case .closed: return make(.closed, "the client was closed", isRetryable: false)
    case .answerTooLarge: return make(.tooLarge, "the answer is too large", isRetryable: false)
    case .outOfMemory: return make(.outOfMemory, "memory or open files ran out", isRetryable: repeatable)
    case .configuration: return make(.configuration, "libcurl cannot use the configuration", isRetryable: false)
    }
  }

  /// The error for an answer that is not a success; `envelope` is its parsed body.
  static func error(_ response: HTTPResponse, _ envelope: Envelope, _ kind: RequestKind) -> PeerIDError {
    let proof = OutcomeTable.row(for: answer(response, envelope, kind)).proof
    let mask = SecretMask((response.request?.secrets ?? []) + response.proxy.passwords)
    let said: String
    var detail: Bytes?
    var transactionID: Bytes?
    switch envelope {
    case .error(let error, let isPeerIDs):
      transactionID = NodeMessage(error).transactionID
      let shown = mask.masked(error, sparing: Parameters.allNames)
      let text = isPeerIDs ? shown.string : nil
      said = text.map(NodeMessage.reason) ?? ServerText.message(shown)
      detail = ServerText.detail(shown)
      if !mask.isEmpty { error.wipeDocument() }
    case .text: said = ServerText.readable(mask.masked(ServerText.beginning(of: response.body)))
    case .malformed(let what): said = damage(response) ?? "it sent \(what)"
    case .unread: said = "memory ran out while the answer was read"
    case .result: said = damage(response) ?? "it sent a result"
    }
    return PeerIDError(
      proof.code,
      proof.outcome,
      message(proof, status: response.status, said: ServerText.cut(said)),
      advice: kind.advice,
      httpStatus: response.status,
      isRetryable: isRetryable(proof, response, kind),
      retryAfterMilliseconds: response.retryAfterMilliseconds ?? 0,
      detail: detail,
      reason: proof.reason,
      transactionID: transactionID
    )
  }

  /// The parts of the answer that `OutcomeTable` checks.
  static func answer(_ response: HTTPResponse, _ envelope: Envelope, _ kind: RequestKind) -> FailedAnswer {
    var isPeerIDs = false
    let said: Bytes
    switch envelope {
    case .error(let error, let isOwn):
      isPeerIDs = isOwn
      said = NodeMessage(error).withoutTransaction
    case .text: said = ServerText.beginning(of: response.body)
    case .result, .malformed, .unread: said = Bytes("")
    }
    return FailedAnswer(
      kind: kind,
      status: response.status,
      isPeerIDs: isPeerIDs,
      hasRetryAfter: response.retryAfterMilliseconds != nil,
      said: said
    )
  }

  /// Why the body is incomplete or cannot be decoded; otherwise `nil`.
  private static func damage(_ response: HTTPResponse) -> String? {
    if response.isUndecodable { return "the Content-Encoding of the answer is damaged or unknown" }
    return response.isTruncated ? "the answer was cut off" : nil
  }

  /// The text of the error. If the node refused the transaction, the node's message comes first, because readers need
  /// it most.
  private static func message(_ proof: OutcomeRow.Proof, status: Int, said: String) -> String {
    let what = "\(proof.what) (HTTP \(status))"
    if said.isEmpty { return what }
    return proof.code == .chainRejected ? "\(said): \(what)" : "\(what): \(said)"
  }

  private static func isRetryable(_ proof: OutcomeRow.Proof, _ response: HTTPResponse, _ kind: RequestKind) -> Bool {
    if !kind.changesSomething, response.isTruncated { return true }
    // The server invalidates a transaction token before it sends the transaction, so the token cannot be sent again.
    if kind == .confirmation, response.status >= 500 { return false }
    return proof.isTransient && (proof.outcome != .unknown || !kind.changesSomething)
  }
}

extension PeerIDError {
  /// The server's message for a field of the request.
  func detail(of field: String) -> JSONValue? {
    guard let detail = detailBytes else { return nil }
    return try? JSONDocument(parsing: detail.raw).root.member(field)
  }

  /// Whether to log the error for an operator: the outcome is unknown, or the server failed.
  var isWorthLogging: Bool { outcome == .unknown || httpStatus >= 500 }
}
