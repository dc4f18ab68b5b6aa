/// Why a call failed, whether it may have been carried out, and what to do.
///
/// Errors are immutable and may be kept and passed between threads. None contains a token, a password or a secret.
public struct PeerIDError: Error, Sendable {
  private let storage: Storage

  /// The kind of failure.
  public var code: ErrorCode { storage.fields.code }
  /// Whether the request was not sent, was not carried out, or may have been carried out.
  public var outcome: Outcome { storage.fields.outcome }
  /// What happened and what to do about it, in English, on one line.
  public var message: String { storage.message.text }
  /// The HTTP status of the answer; 0 when there was none.
  public var httpStatus: Int { storage.fields.httpStatus }
  /// Whether repeating the same call later is safe (it cannot be done twice) and may succeed.
  public var isRetryable: Bool { storage.fields.isRetryable }
  /// How long to wait before repeating the call, in milliseconds; 0 when unknown.
  public var retryAfterMilliseconds: Int64 { storage.fields.retryAfterMilliseconds }
  /// The member `error` of the server's answer as JSON text, truncated to 4 kB; `nil` when there was none.
  public var serverDetail: String? { storage.fields.detail?.text }

  /// Why the server or the chain refused the request; `nil` when the library does not recognize the reason.
  public var reason: ErrorReason? { storage.fields.reason }
  /// The id of the transaction that the node refused, 40 hexadecimal digits; `nil` when the answer does not contain it.
  public var transactionID: String? { storage.fields.transactionID?.text }

  /// Creates an error. If the outcome is unknown, `advice` is added at the end of the message.
  @inline(never)
  package init(
    _ code: ErrorCode,
    _ outcome: Outcome,
    _ message: String,
    advice: StaticString? = nil,
    httpStatus: Int = 0,
    isRetryable: Bool = false,
    retryAfterMilliseconds: Int64 = 0,
    detail: Bytes? = nil,
    reason: ErrorReason? = nil,
    transactionID: Bytes? = nil
  ) {
    self.init(
      Fields(
        code: code,
        outcome: outcome,
        explanation: message,
        advice: advice,
        httpStatus: httpStatus,
        isRetryable: isRetryable,
        retryAfterMilliseconds: retryAfterMilliseconds,
        detail: detail,
        reason: reason,
        transactionID: transactionID
      )
    )
  }

  // Not inlined: hundreds of places create errors, and inlining would only add code.
  @inline(never)
  private init(_ fields: Fields) {
    storage = Storage(fields)
  }

  /// A failure before anything was sent.
  @inline(never)
  package init(_ code: ErrorCode, _ message: String) {
    self.init(code, .notSent, message)
  }

  /// The message without the advice for an unknown outcome, so that another error can quote it.
  package var explanation: String { storage.fields.explanation }
  /// The message as a C string, valid as long as the error.
  package var messageBytes: Bytes { storage.message }
  /// The server's detail as a C string, valid as long as the error.
  package var detailBytes: Bytes? { storage.fields.detail }
  /// The transaction's id as a C string, valid as long as the error.
  package var transactionIDBytes: Bytes? { storage.fields.transactionID }

  /// A copy with another outcome, for a call that failed because of this error. Example: when the server rejects a
  /// refresh, the operation that waited for it was not sent.
  package func withOutcome(_ outcome: Outcome, prefix: String = "") -> PeerIDError {
    var fields = storage.fields
    fields.outcome = outcome
    fields.explanation = prefix + fields.explanation
    return PeerIDError(fields)
  }

  /// The same error with text added to its message.
  package func adding(_ text: String) -> PeerIDError {
    var fields = storage.fields
    fields.explanation += text
    return PeerIDError(fields)
  }

  /// The same error with the mark that settles its outcome.
  func marked(_ mark: Bytes) -> PeerIDError {
    var fields = storage.fields
    fields.mark = mark
    return PeerIDError(fields)
  }

  /// The mark, as JSON, with which `Session.settle(_:)` finds out whether the operations were done. `nil` unless the
  /// outcome is unknown and the option `settleable` is set.
  public var mark: String? { storage.fields.mark?.text }

  /// The mark as a C string, valid as long as the error.
  package var markBytes: Bytes? { storage.fields.mark }

  /// The error of a call that the server has answered at least once: a failure before its next request is *not done*,
  /// not *not sent*. Examples: a resend after HTTP 401, and the second read of a look-up.
  package var afterAnswer: PeerIDError {
    outcome == .notSent ? withOutcome(.notDone) : self
  }

  private struct Fields {
    var code: ErrorCode
    var outcome: Outcome
    var explanation: String
    var advice: StaticString?
    var httpStatus: Int
    var isRetryable: Bool
    var retryAfterMilliseconds: Int64
    var detail: Bytes?
    var reason: ErrorReason?
    var transactionID: Bytes?
    var mark: Bytes?
  }

  private final class Storage: Sendable {
    let fields: Fields
    let message: Bytes

    init(_ fields: Fields) {
      var fields = fields
      fields.explanation = OneLine.text(fields.explanation)
      self.fields = fields
      let advice = fields.outcome == .unknown ? fields.advice.map { "; \($0)" } : nil
      message = Bytes(fields.explanation + (advice ?? ""))
    }
  }
}

extension PeerIDError: CustomStringConvertible {
  /// The code, the outcome and the message on one line.
  public var description: String {
    "\(code.name) (\(outcome.name)): \(message)"
  }
}
