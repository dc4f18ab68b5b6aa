/// Why a call failed, what became of its request, and what to do.
///
/// Errors are immutable and may be kept and passed between threads. None holds a token, a password or a secret.
public struct PeerIDError: Error, Sendable {
  private let storage: Storage

  /// What kind of failure this is.
  public var code: ErrorCode { storage.code }
  /// Whether the request was not sent, refused, or may have been carried out.
  public var outcome: Outcome { storage.outcome }
  /// What happened and what to do about it, in English, on one line.
  public var message: String { storage.message.text }
  /// The HTTP status of the answer; 0 when there was none.
  public var httpStatus: Int { storage.httpStatus }
  /// Whether the same call may be made again later without the risk of doing it twice, and with hope of success.
  public var isRetryable: Bool { storage.isRetryable }
  /// How long to wait before trying again, in milliseconds; 0 when nobody said.
  public var retryAfterMilliseconds: Int64 { storage.retryAfterMilliseconds }
  /// What the server wrote under `error`, as JSON text, cut after 4 kB; `nil` when it wrote nothing.
  public var serverDetail: String? { storage.detail?.text }

  package init(
    _ code: ErrorCode,
    _ outcome: Outcome,
    _ message: String,
    httpStatus: Int = 0,
    isRetryable: Bool = false,
    retryAfterMilliseconds: Int64 = 0,
    detail: Bytes? = nil
  ) {
    storage = Storage(
      code: code,
      outcome: outcome,
      message: Bytes(Self.onOneLine(message)),
      httpStatus: httpStatus,
      isRetryable: isRetryable,
      retryAfterMilliseconds: retryAfterMilliseconds,
      detail: detail
    )
  }

  /// The longest message, in characters; callers' texts and servers' are quoted in it.
  private static let longestMessage = 1000

  /// A message on one line, without control characters: what it quotes must not be able to forge a line of a log.
  private static func onOneLine(_ message: String) -> String {
    let isPlain = !message.unicodeScalars.contains(where: isControl)
    if isPlain, message.utf8.count <= longestMessage { return message }
    var clean = ""
    for scalar in message.unicodeScalars.prefix(longestMessage) {
      clean.unicodeScalars.append(isControl(scalar) ? " " : scalar)
    }
    return message.unicodeScalars.count > longestMessage ? clean + "…" : clean
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x2028...0x2029 ~= scalar.value
  }

  /// A failure before anything was sent.
  package init(_ code: ErrorCode, _ message: String) {
    self.init(code, .notSent, message)
  }

  /// The message at an address that lives as long as the error.
  package var messageBytes: Bytes { storage.message }
  /// The server's detail at an address that lives as long as the error.
  package var detailBytes: Bytes? { storage.detail }

  /// The same failure, told of a call whose own request has this outcome: a refresh that was refused means that the
  /// operation waiting for it was not sent.
  package func withOutcome(_ outcome: Outcome, prefix: String = "") -> PeerIDError {
    PeerIDError(
      code,
      outcome,
      prefix + message,
      httpStatus: httpStatus,
      isRetryable: isRetryable,
      retryAfterMilliseconds: retryAfterMilliseconds,
      detail: storage.detail
    )
  }

  private final class Storage: Sendable {
    let code: ErrorCode
    let outcome: Outcome
    let message: Bytes
    let httpStatus: Int
    let isRetryable: Bool
    let retryAfterMilliseconds: Int64
    let detail: Bytes?

    init(
      code: ErrorCode,
      outcome: Outcome,
      message: Bytes,
      httpStatus: Int,
      isRetryable: Bool,
      retryAfterMilliseconds: Int64,
      detail: Bytes?
    ) {
      self.code = code
      self.outcome = outcome
      self.message = message
      self.httpStatus = httpStatus
      self.isRetryable = isRetryable
      self.retryAfterMilliseconds = retryAfterMilliseconds
      self.detail = detail
    }
  }
}

extension PeerIDError: CustomStringConvertible {
  /// The code, the outcome and the message on one line.
  public var description: String {
    "\(code.name) (\(outcome.name)): \(message)"
  }
}
