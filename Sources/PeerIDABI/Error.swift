internal import PeerID

final class ErrorObject {
  let error: PeerIDError
  init(_ error: PeerIDError) { self.error = error }
}

/// What kind of failure it is.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: one of `peerid_code`; 0 for NULL.
@_cdecl("peerid_error_code")
public func errorCode(_ error: ErrorHandle?) -> Int32 {
  peek(error, as: ErrorObject.self)?.error.code.rawValue ?? 0
}

/// The code as a word, such as `login_required`, for logs.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: a text that lives as long as the program; `ok` for NULL.
@_cdecl("peerid_error_name")
public func errorName(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  StaticNames.name(ofCode: errorCode(error))
}

/// What happened and what to do about it, in English, on one line, without secrets.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: a text borrowed from the error; empty for NULL.
@_cdecl("peerid_error_message")
public func errorMessage(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  peek(error, as: ErrorObject.self).flatMap { lend($0.error.messageBytes) } ?? StaticNames.empty
}

/// What became of the request: the question to ask before money is sent again.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: one of `peerid_outcome`; 0 for NULL.
@_cdecl("peerid_error_outcome")
public func errorOutcome(_ error: ErrorHandle?) -> Int32 {
  peek(error, as: ErrorObject.self)?.error.outcome.rawValue ?? 0
}

/// The HTTP status of the server's answer.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: the status, such as 400; 0 when there was no answer.
@_cdecl("peerid_error_http_status")
public func errorHTTPStatus(_ error: ErrorHandle?) -> Int32 {
  peek(error, as: ErrorObject.self).flatMap { Int32(exactly: $0.error.httpStatus) } ?? 0
}

/// Whether the same call may be made again later, without the risk of doing it twice and with hope of success.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: true when it may; false for NULL.
@_cdecl("peerid_error_is_retryable")
public func errorIsRetryable(_ error: ErrorHandle?) -> Bool {
  peek(error, as: ErrorObject.self)?.error.isRetryable ?? false
}

/// How long to wait before the call is made again.
///
/// - Parameter error: the error; NULL means success.
/// - Returns: milliseconds; 0 when nobody said.
@_cdecl("peerid_error_retry_after_ms")
public func errorRetryAfterMs(_ error: ErrorHandle?) -> Int64 {
  peek(error, as: ErrorObject.self)?.error.retryAfterMilliseconds ?? 0
}

/// What the server wrote under `error`: a JSON string, or an object of messages by field. Cut after 4 kB.
///
/// - Parameters:
///   - error: the error; NULL means success.
///   - length: receives the length in bytes; may be NULL.
/// - Returns: JSON borrowed from the error; NULL when the server wrote nothing.
@_cdecl("peerid_error_detail")
public func errorDetail(_ error: ErrorHandle?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  lend(peek(error, as: ErrorObject.self)?.error.detailBytes, length: length)
}

/// Frees an error.
///
/// - Parameter error: the error; may be NULL.
@_cdecl("peerid_error_free")
public func errorFree(_ error: ErrorHandle?) {
  free(error, as: ErrorObject.self)
}
