// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Creates a cancellation, with which one thread can end the blocking calls of another. The thread to be cancelled
/// calls `peerid_cancellation_use` before its calls.
@_cdecl("peerid_cancellation_create")
public func cancellationCreate(_ outCancellation: UnsafeMutablePointer<CancellationHandle?>?) -> ErrorHandle? {
  returning(outCancellation, "out_cancellation") { Cancellation() }
}

/// Makes the blocking calls of this thread end with PEERID_CODE_CANCELLED as soon as the cancellation is cancelled. A
/// thread uses one cancellation at a time; several threads may use the same one. With NULL, the thread no longer uses a
/// cancellation.
/// - Lifetime: the thread keeps the cancellation alive while it uses it.
@_cdecl("peerid_cancellation_use")
public func cancellationUse(_ cancellation: CancellationHandle?) {
  Cancellation.use(optional(cancellation, as: Cancellation.self))
}

/// Ends the blocking calls of the threads that use this cancellation, both those in progress and later ones. A call
/// that waits for an answer ends at once; its outcome says whether the request may have arrived. A refresh continues. A
/// call that waits for a store cannot be ended; its asynchronous form can.
/// - Thread safety: not from a signal handler.
@_cdecl("peerid_cancellation_cancel")
public func cancellationCancel(_ cancellation: CancellationHandle?) {
  optional(cancellation, as: Cancellation.self)?.cancel()
}

/// Frees a cancellation. Threads that use the cancellation keep it alive.
@_cdecl("peerid_cancellation_free")
public func cancellationFree(_ cancellation: CancellationHandle?) {
  free(cancellation, as: Cancellation.self)
}
