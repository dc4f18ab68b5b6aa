// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Closes a client: its calls in flight fail with PEERID_CODE_CLOSED within a second, later calls at once. A refresh in
/// flight continues, so that its tokens are not lost. Closing twice is allowed.
@_cdecl("peerid_client_close")
public func clientClose(_ client: ClientHandle?) {
  attempt { optional(client, as: Client.self)?.close() }
}

/// Waits until no refresh of the client's sessions is in flight and all new tokens are saved. Call it after
/// `peerid_client_close` in a program that ends without running the handlers of `atexit`, such as one in Go, or a child
/// that calls `_exit`.
/// - Parameters:
///   - timeoutMs: the longest wait in milliseconds; 0 or less: do not wait.
/// - Returns: 1 when nothing is pending, and for NULL; 0 on timeout. A client that is not closed may start another
///   refresh.
/// - Thread safety: not from a handler or a store callback.
@_cdecl("peerid_client_flush")
public func clientFlush(_ client: ClientHandle?, _ timeoutMs: Int64) -> Int32 {
  var isPending = false
  attempt { isPending = optional(client, as: Client.self)?.flush(timeoutMilliseconds: timeoutMs) == false }
  return isPending ? 0 : 1
}

/// Closes and frees a client. Its memory is released after its last call and its last session.
@_cdecl("peerid_client_free")
public func clientFree(_ client: ClientHandle?) {
  clientClose(client)
  attempt { free(client, as: Client.self) }
}
