internal import PeerID

/// Makes a queue, into which asynchronous calls put their completions, in no particular order, each exactly once.
///
/// - Parameter outQueue: receives the queue, to be freed with `peerid_queue_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: out_queue is NULL.
///   - `internal`: the process has no file descriptor left.
/// - Thread safety: may be called from any thread.
/// - Lifetime: a call in flight keeps its queue alive; completions that nobody takes are freed with it.
@_cdecl("peerid_queue_create")
public func queueCreate(_ outQueue: UnsafeMutablePointer<QueueHandle?>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try output(outQueue, "out_queue")
    out.pointee = give(try CompletionQueue())
  }
}

/// The descriptor of a queue, which is readable while the queue holds completions, for `poll`, `epoll` or an event loop.
/// It must not be read, written or closed.
///
/// - Parameter queue: the queue.
/// - Returns: the descriptor, valid until the queue is freed; -1 for NULL.
@_cdecl("peerid_queue_fd")
public func queueFd(_ queue: QueueHandle?) -> Int32 {
  peek(queue, as: CompletionQueue.self)?.fileDescriptor ?? -1
}

/// Takes completions out of a queue, after waiting for the first if there is none.
///
/// - Parameters:
///   - queue: the queue.
///   - timeoutMs: how long to wait for the first, in milliseconds; 0: not at all; negative: for ever.
///   - capacity: how many completions there is room for; at least 1.
///   - outCompletions: an array of that many; receives the completions, each to be freed with `peerid_completion_free`.
///   - outCount: receives how many there are; 0 when the time was over.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the capacity is 0.
/// - Thread safety: may be called from any thread, also from several at once.
@_cdecl("peerid_queue_next")
public func queueNext(
  _ queue: QueueHandle?,
  _ timeoutMs: Int64,
  _ capacity: UInt,
  _ outCompletions: UnsafeMutablePointer<CompletionHandle?>?,
  _ outCount: UnsafeMutablePointer<UInt>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let queue = try borrow(queue, as: CompletionQueue.self, "queue")
    let completions = try output(outCompletions, "out_completions")
    let outCount = try output(outCount, "out_count")
    guard capacity > 0 else { throw PeerIDError(.invalidArgument, "capacity is 0: there is no room for a completion") }
    var count = 0
    queue.take(maximum: Int(clamping: capacity), timeoutMilliseconds: timeoutMs) { completion in
      completions[count] = give(CompletionObject(completion))
      count += 1
    }
    outCount.pointee = UInt(count)
  }
}

/// Frees a queue.
///
/// - Parameter queue: the queue; may be NULL.
@_cdecl("peerid_queue_free")
public func queueFree(_ queue: QueueHandle?) {
  free(queue, as: CompletionQueue.self)
}
