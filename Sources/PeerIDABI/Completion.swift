internal import PeerID

final class CompletionObject {
  let completion: Completion
  init(_ completion: Completion) { self.completion = completion }
}

/// The number that the caller gave the call.
///
/// - Parameter completion: the completion.
/// - Returns: the tag; 0 for NULL.
@_cdecl("peerid_completion_tag")
public func completionTag(_ completion: CompletionHandle?) -> UInt64 {
  peek(completion, as: CompletionObject.self)?.completion.tag ?? 0
}

/// The id that the call was given when it began.
///
/// - Parameter completion: the completion.
/// - Returns: the id; 0 for NULL.
@_cdecl("peerid_completion_id")
public func completionID(_ completion: CompletionHandle?) -> UInt64 {
  peek(completion, as: CompletionObject.self)?.completion.id ?? 0
}

/// Why the call failed: exactly what the blocking function of the same name would have returned.
///
/// - Parameter completion: the completion.
/// - Returns: NULL when the call succeeded, otherwise an error that the caller frees.
/// - Errors: those of the call.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_completion_error")
public func completionError(_ completion: CompletionHandle?) -> ErrorHandle? {
  guard case .failure(let error) = peek(completion, as: CompletionObject.self)?.completion.outcome else { return nil }
  return give(ErrorObject(error))
}

/// What the server answered, for a submit, a confirmation, a broadcast or a read of the chain that succeeded.
///
/// - Parameter completion: the completion.
/// - Returns: a response that the caller frees; NULL when the call brought none.
@_cdecl("peerid_completion_response")
public func completionResponse(_ completion: CompletionHandle?) -> ResponseHandle? {
  guard case .response(let response) = peek(completion, as: CompletionObject.self)?.completion.outcome else {
    return nil
  }
  return give(ResponseObject(response))
}

/// The session, for a log in, an exchange, a restore or an opening that succeeded.
///
/// - Parameter completion: the completion.
/// - Returns: a session that the caller frees; NULL when the call brought none.
@_cdecl("peerid_completion_session")
public func completionSession(_ completion: CompletionHandle?) -> SessionHandle? {
  guard case .session(let session) = peek(completion, as: CompletionObject.self)?.completion.outcome else { return nil }
  return give(session)
}

/// The token, for a `peerid_session_fresh_token_async` that succeeded.
///
/// - Parameter completion: the completion.
/// - Returns: a token that the caller frees; NULL when the call brought none.
@_cdecl("peerid_completion_token")
public func completionToken(_ completion: CompletionHandle?) -> TokenHandle? {
  guard case .token(let token) = peek(completion, as: CompletionObject.self)?.completion.outcome else { return nil }
  return give(TokenObject(token))
}

/// Frees a completion. What was taken out of it stays.
///
/// - Parameter completion: the completion; may be NULL.
@_cdecl("peerid_completion_free")
public func completionFree(_ completion: CompletionHandle?) {
  free(completion, as: CompletionObject.self)
}
