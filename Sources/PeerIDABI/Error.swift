// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments: what is common to all functions is in the contract.

internal import PeerID

/// One of `peerid_code`. A newer library may return others.
public typealias ErrorCodeNumber = Int32

/// One of `peerid_outcome`. A newer library may return others: treat them as PEERID_OUTCOME_UNKNOWN.
public typealias OutcomeNumber = Int32

final class ErrorObject {
  let error: PeerIDError
  init(_ error: PeerIDError) { self.error = error }
}

/// Returns the kind of failure.
/// - Returns: the code; 0 for NULL. A newer library may return a code that this header does not have.
@_cdecl("peerid_error_code")
public func errorCode(_ error: ErrorHandle?) -> ErrorCodeNumber {
  optional(error, as: ErrorObject.self)?.error.code.rawValue ?? 0
}

/// Returns the name of the error's code, such as `login_required`, for logs.
/// - Returns: a static string; `ok` for NULL.
@_cdecl("peerid_error_name")
public func errorName(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  StaticNames.name(ofCode: errorCode(error))
}

/// Returns what happened and what to do about it, in English, on one line, without secrets.
/// - Returns: a string borrowed from the error; empty for NULL.
@_cdecl("peerid_error_message")
public func errorMessage(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  optional(error, as: ErrorObject.self).flatMap { borrowed($0.error.messageBytes) } ?? StaticNames.empty
}

/// Returns whether the call was carried out. Ask this before you repeat a call that moves money.
/// - Returns: the outcome; 0 for NULL. Treat an outcome that this header does not have as PEERID_OUTCOME_UNKNOWN.
@_cdecl("peerid_error_outcome")
public func errorOutcome(_ error: ErrorHandle?) -> OutcomeNumber {
  optional(error, as: ErrorObject.self)?.error.outcome.rawValue ?? 0
}

/// Returns the HTTP status of the server's answer.
/// - Returns: the status, such as 400; 0 without an answer.
@_cdecl("peerid_error_http_status")
public func errorHTTPStatus(_ error: ErrorHandle?) -> Int32 {
  optional(error, as: ErrorObject.self).flatMap { Int32(exactly: $0.error.httpStatus) } ?? 0
}

/// Tells whether the same call may be repeated later: it cannot be carried out twice, and it may succeed.
/// - Returns: true if it may be repeated; false for NULL.
@_cdecl("peerid_error_is_retryable")
public func errorIsRetryable(_ error: ErrorHandle?) -> Bool {
  optional(error, as: ErrorObject.self)?.error.isRetryable ?? false
}

/// Returns how long to wait before repeating the call.
/// - Returns: milliseconds; 0 if the server did not say.
@_cdecl("peerid_error_retry_after_ms")
public func errorRetryAfterMs(_ error: ErrorHandle?) -> Int64 {
  optional(error, as: ErrorObject.self)?.error.retryAfterMilliseconds ?? 0
}

/// Returns what the server wrote under `error`: a JSON string, or an object of messages by field. Cut after 4 kB.
/// - Returns: JSON borrowed from the error; NULL if the server wrote nothing.
@_cdecl("peerid_error_detail")
public func errorDetail(_ error: ErrorHandle?, _ outLength: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  borrowed(optional(error, as: ErrorObject.self)?.error.detailBytes, length: outLength)
}

/// Frees an error.
@_cdecl("peerid_error_free")
public func errorFree(_ error: ErrorHandle?) {
  free(error, as: ErrorObject.self)
}
