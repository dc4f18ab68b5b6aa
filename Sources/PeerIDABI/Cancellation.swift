internal import PeerID

/// Makes a cancellation, which ends the blocking calls of a thread from another one.
///
/// The thread that is to wait calls `peerid_cancellation_use`, and then as usual; another one calls
/// `peerid_cancellation_cancel`.
///
/// - Parameter outCancellation: receives the cancellation, to be freed with `peerid_cancellation_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: out_cancellation is NULL.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_cancellation_create")
public func cancellationCreate(_ outCancellation: UnsafeMutablePointer<CancellationHandle?>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    try output(outCancellation, "out_cancellation").pointee = give(Cancellation())
  }
}

/// Lets the blocking calls that this thread makes from now on end with PEERID_CODE_CANCELLED as soon as the cancellation
/// is cancelled. A thread uses one cancellation at a time; several threads may use the same one.
///
/// - Parameter cancellation: the cancellation, which is kept alive while it is used; NULL: use none any more.
/// - Thread safety: may be called from any thread; holds for the calling thread alone.
@_cdecl("peerid_cancellation_use")
public func cancellationUse(_ cancellation: CancellationHandle?) {
  Cancellation.use(peek(cancellation, as: Cancellation.self))
}

/// Ends the blocking calls under way, and all later ones, of the threads that use this cancellation. A call that waits
/// for an answer is woken at once; its error tells whether the request may have left. A refresh that the call waited for
/// goes on. What waits for a store cannot be woken; the asynchronous functions can be cancelled there too.
///
/// - Parameter cancellation: the cancellation; may be NULL. It stays cancelled.
/// - Thread safety: may be called from any thread, any number of times; not from a signal handler.
@_cdecl("peerid_cancellation_cancel")
public func cancellationCancel(_ cancellation: CancellationHandle?) {
  peek(cancellation, as: Cancellation.self)?.cancel()
}

/// Frees a cancellation. A thread that uses it goes on using it.
///
/// - Parameter cancellation: the cancellation; may be NULL.
@_cdecl("peerid_cancellation_free")
public func cancellationFree(_ cancellation: CancellationHandle?) {
  free(cancellation, as: Cancellation.self)
}
