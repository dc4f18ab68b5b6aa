// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

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
/// - Returns: the code; 0 for NULL. A newer library may return a code that is not in this header.
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

/// Returns a message in English that says what happened and what to do: one line without secrets.
/// - Returns: a string borrowed from the error; empty for NULL.
@_cdecl("peerid_error_message")
public func errorMessage(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  optional(error, as: ErrorObject.self).flatMap { borrowed($0.error.messageBytes) } ?? StaticNames.empty
}

/// Returns whether the call was carried out. Check it before you repeat a call that moves money.
/// - Returns: the outcome; 0 for NULL. Treat outcomes that are not in this header as PEERID_OUTCOME_UNKNOWN.
@_cdecl("peerid_error_outcome")
public func errorOutcome(_ error: ErrorHandle?) -> OutcomeNumber {
  optional(error, as: ErrorObject.self)?.error.outcome.rawValue ?? 0
}

/// Returns the mark with which `peerid_session_settle` finds out whether the operations were done.
/// - Returns: JSON, borrowed from the error; NULL unless the outcome is PEERID_OUTCOME_UNKNOWN and the option
///   `settleable` is on.
@_cdecl("peerid_error_mark")
public func errorMark(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  optional(error, as: ErrorObject.self)?.error.markBytes.flatMap { borrowed($0) }
}

/// Returns the HTTP status of the server's answer.
/// - Returns: the status, such as 400; 0 without an answer.
@_cdecl("peerid_error_http_status")
public func errorHTTPStatus(_ error: ErrorHandle?) -> Int32 {
  optional(error, as: ErrorObject.self).flatMap { Int32(exactly: $0.error.httpStatus) } ?? 0
}

/// Returns whether repeating the same call later is safe (it cannot be carried out twice) and may succeed.
/// - Returns: true if it may be repeated; otherwise, and for NULL, false.
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

/// Returns the member `error` of the server's answer: a JSON string, or an object of messages by field. Truncated to 4
/// kB.
/// - Returns: JSON borrowed from the error; NULL if there is none.
@_cdecl("peerid_error_detail")
public func errorDetail(_ error: ErrorHandle?, _ outLength: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar>? {
  borrowed(optional(error, as: ErrorObject.self)?.error.detailBytes, length: outLength)
}

/// Returns why the server or the chain refused the request, for the cases that programs distinguish.
///
/// - `insufficient_balance`, `insufficient_fee`: the account has too little of the asset, or the fee is too low.
/// - `missing_authority`: the account does not permit PeerID to sign this operation, or no longer does.
/// - `duplicate`: an identical transaction is on the chain or waits for its block. This call did not add a second
///   transaction.
/// - `expired`, `expiration_too_far`, `unknown_reference_block`: PeerID sets this data for each transaction; repeat the
///   call.
/// - `irrelevant_signature`: the transaction has an unnecessary signature.
/// - `unknown_object`: an id names an object that does not exist.
/// - `rule_broken`: another rule of the chain; the message says which.
/// - `invalid_transaction`: the operations cannot be serialized as a transaction; nothing was sent to the node.
/// - `chain_unreachable`: the server has no connection to the chain.
/// - `unknown_method`: the node has no method of this name.
/// - `missing_permission`: the application or the user lacks the permission for an operation.
/// - `invalid_refresh_token`: the server does not know the refresh token, or it was used before.
///
/// A newer library may return others. Source: the messages of the node and of peerid-backend 0.11.2.
/// - Returns: a static string; empty for any other failure and for NULL.
@_cdecl("peerid_error_reason")
public func errorReason(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  StaticNames.name(ofReason: optional(error, as: ErrorObject.self)?.error.reason)
}

/// Returns the id of the transaction that the node refused. The id is taken from the digest in the node's message.
/// - Returns: 40 hexadecimal digits borrowed from the error; NULL if the message has no digest.
@_cdecl("peerid_error_transaction_id")
public func errorTransactionID(_ error: ErrorHandle?) -> UnsafePointer<CChar>? {
  borrowed(optional(error, as: ErrorObject.self)?.error.transactionIDBytes)
}

/// Frees an error.
@_cdecl("peerid_error_free")
public func errorFree(_ error: ErrorHandle?) {
  free(error, as: ErrorObject.self)
}
