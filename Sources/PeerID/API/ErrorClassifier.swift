/// Makes the error of a call from what came back: the code tells what kind of failure it is, the outcome whether the
/// request can have been carried out.
enum ErrorClassifier {
  /// The error for a request without an answer.
  static func error(_ failure: TransportFailure, effect: HTTPRequest.Effect) -> PeerIDError {
    let isUncertain = failure.mayHaveBeenSent
    let outcome: Outcome = isUncertain ? .unknown : .notSent
    let repeatable = !isUncertain || effect == .reads
    let because = failure.reason.isEmpty ? "" : ": \(failure.reason)"
    func make(_ code: ErrorCode, _ message: String, isRetryable: Bool) -> PeerIDError {
      PeerIDError(code, outcome, message + because, advice: advice(effect), isRetryable: isRetryable)
    }
    switch failure.kind {
    case .unreachable: return make(.unreachable, "the server could not be reached", isRetryable: true)
    case .tls: return make(.tls, "no trusted TLS connection to the server", isRetryable: false)
    case .lost: return make(.connectionLost, "the request was sent and no answer came", isRetryable: repeatable)
    case .notHTTP: return make(.protocol, "the answer is not HTTP", isRetryable: repeatable)
    case .timedOut:
      let place = isUncertain ? "waiting for the answer" : "before the request was sent"
      return make(.timeout, "time ran out \(place)", isRetryable: repeatable)
    case .cancelled: return make(.cancelled, "the call was cancelled", isRetryable: repeatable)
    case .closed: return make(.closed, "the client was closed", isRetryable: false)
    case .answerTooLarge: return make(.tooLarge, "the answer is too large", isRetryable: false)
    case .outOfMemory: return make(.outOfMemory, "memory ran out", isRetryable: repeatable)
    case .configuration: return make(.configuration, "libcurl cannot use the configuration", isRetryable: false)
    }
  }

  /// The error for an answer that is not a success; `envelope` is what its body held.
  static func error(
    status: Int,
    envelope: Envelope,
    isTruncated: Bool = false,
    retryAfterMilliseconds: Int64?,
    effect: HTTPRequest.Effect
  ) -> PeerIDError {
    let said: String
    var detail: Bytes?
    switch envelope {
    case .error(let error):
      said = ServerText.message(error)
      detail = ServerText.detail(error)
    case .text(let text): said = text
    case .malformed(let what): said = isTruncated ? "the answer was cut off" : "it sent \(what)"
    case .unread: said = "memory ran out while the answer was read"
    case .result: said = isTruncated ? "the answer was cut off" : "it sent a result"
    }
    let judged = judge(status: status, envelope: envelope, retryAfter: retryAfterMilliseconds)
    let isSafe = judged.outcome != .unknown || effect == .reads
    return PeerIDError(
      judged.code,
      judged.outcome,
      "\(judged.what) (HTTP \(status))" + (said.isEmpty ? "" : ": \(said)"),
      advice: advice(effect),
      httpStatus: status,
      isRetryable: isSafe && judged.isTransient || isTruncated && effect == .reads,
      retryAfterMilliseconds: retryAfterMilliseconds ?? 0,
      detail: detail
    )
  }

  private static func advice(_ effect: HTTPRequest.Effect) -> StaticString? {
    effect == .changes ? "find out whether it was done before sending it again" : nil
  }

  private typealias Judgement = (code: ErrorCode, outcome: Outcome, isTransient: Bool, what: String)

  /// A 5xx leaves the outcome open: the server answers so when the chain refuses, but also when it fails after the
  /// broadcast, and a proxy answers so when it has lost the server's answer.
  private static func judge(status: Int, envelope: Envelope, retryAfter: Int64?) -> Judgement {
    switch status {
    case 301, 302, 307, 308:
      (.protocol, .notDone, false, "the server redirects, which is never followed: check base_url")
    case 403: (.notPermitted, .notDone, false, "the server does not permit it")
    case 413: (.tooLarge, .notDone, false, "the request is too large for the server")
    case 429: (.rateLimited, .notDone, true, "the server asks to come back later")
    case 400, 401:
      isMissingPermission(envelope)
        ? (.notPermitted, .notDone, false, "the server does not permit it")
        : (.rejected, .notDone, false, "the server rejected the request")
    case 400..<500: (.rejected, .notDone, false, "the server rejected the request")
    case 500 where isChainRejection(envelope): (.chainRejected, .notDone, false, "the chain rejected the transaction")
    case 503 where retryAfter != nil: (.rateLimited, .unknown, true, "the server asks to come back later")
    case 500..<600: (.server, .unknown, true, "the server failed")
    default: (.protocol, .unknown, false, "the server's answer is not one of PeerID")
    }
  }

  /// The text of the library with which PeerID's backend signs: the node refused the transaction when it was pushed.
  private static func isChainRejection(_ envelope: Envelope) -> Bool {
    guard case .error(let error) = envelope, let text = error.string else { return false }
    return Bytes(text).contains("peerplays-crypto  digest ")
  }

  /// The measured answers that mean a missing permission, though their status is 400 or 401.
  private static func isMissingPermission(_ envelope: Envelope) -> Bool {
    guard case .error(let error) = envelope else { return false }
    let measured: [(field: StaticString, message: String)] = [
      ("app_id", "App is missing permission for some of the operations"),
      ("op_name", "Operation invalid"),
      ("login", "Permission does not exist for this user"),
    ]
    return measured.contains { error[$0.field]?.string == $0.message }
  }
}
