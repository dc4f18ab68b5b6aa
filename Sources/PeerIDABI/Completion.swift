// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

final class CompletionObject {
  let completion: Completion
  init(_ completion: Completion) { self.completion = completion }
}

/// Returns the tag that was passed when the call was started.
/// - Returns: the tag; 0 for NULL.
@_cdecl("peerid_completion_tag")
public func completionTag(_ completion: CompletionHandle?) -> UInt64 {
  optional(completion, as: CompletionObject.self)?.completion.tag ?? 0
}

/// Returns the id of the call.
/// - Returns: the id; 0 for NULL.
@_cdecl("peerid_completion_id")
public func completionID(_ completion: CompletionHandle?) -> UInt64 {
  optional(completion, as: CompletionObject.self)?.completion.id ?? 0
}

/// Returns the error of the call, as the blocking function would.
/// - Returns: NULL if the call succeeded; otherwise an error, which you free with `peerid_error_free`.
@_cdecl("peerid_completion_error")
public func completionError(_ completion: CompletionHandle?) -> ErrorHandle? {
  guard case .failure(let error) = optional(completion, as: CompletionObject.self)?.completion.outcome else {
    return nil
  }
  return retained(ErrorObject(error))
}

/// Returns the response of a call whose blocking function has an `out_response`.
/// - Returns: a response, which you free with `peerid_response_free`; NULL if the call has none.
@_cdecl("peerid_completion_response")
public func completionResponse(_ completion: CompletionHandle?) -> ResponseHandle? {
  switch optional(completion, as: CompletionObject.self)?.completion.outcome {
  case .response(let response): retained(response)
  case .settlement(let settlement): retained(settlement.response)
  case .account(let account): retained(account.response)
  default: nil
  }
}

/// Returns the session of a login, an exchange, a restore or an open.
/// - Returns: a session, which you free with `peerid_session_free`; NULL if the call has none.
@_cdecl("peerid_completion_session")
public func completionSession(_ completion: CompletionHandle?) -> SessionHandle? {
  guard case .session(let session) = optional(completion, as: CompletionObject.self)?.completion.outcome else {
    return nil
  }
  return retained(session)
}

/// Returns the token of a `peerid_session_acquire_token_async`.
/// - Returns: a token, which you free with `peerid_token_free`; NULL if the call has none.
@_cdecl("peerid_completion_token")
public func completionToken(_ completion: CompletionHandle?) -> TokenHandle? {
  guard case .token(let token) = optional(completion, as: CompletionObject.self)?.completion.outcome else { return nil }
  return retained(TokenObject(token))
}

/// Frees a completion. Objects that its functions have returned stay valid.
@_cdecl("peerid_completion_free")
public func completionFree(_ completion: CompletionHandle?) {
  free(completion, as: CompletionObject.self)
}
