// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Creates a queue.
/// - Errors:
///   - `internal`: the process has no free file descriptor.
/// - Lifetime: a call in flight keeps its queue alive; completions that you do not take are freed with the queue.
@_cdecl("peerid_queue_create")
public func queueCreate(_ outQueue: UnsafeMutablePointer<QueueHandle?>?) -> ErrorHandle? {
  returning(outQueue, "out_queue") { () throws(PeerIDError) in try CompletionQueue() }
}

/// Returns the file descriptor of a queue, for `poll`, `epoll` or an event loop. The descriptor is readable while the
/// queue has completions. Do not read, write or close it. In the child of a fork the queue has another descriptor: call
/// this function again.
/// - Returns: the descriptor, valid until the queue is freed; -1 for NULL, and in a child without a free descriptor.
@_cdecl("peerid_queue_fd")
public func queueFd(_ queue: QueueHandle?) -> Int32 {
  optional(queue, as: CompletionQueue.self)?.fileDescriptor ?? -1
}

/// Takes completions from a queue, in no particular order. If there are none, waits for the first one.
/// - Parameters:
///   - timeoutMs: the longest wait in milliseconds; 0: do not wait; negative: wait without a limit.
///   - capacity: the length of the array, at least 1.
///   - outCompletions: an array that receives the completions; free each with `peerid_completion_free`.
///   - outCount: receives the number of completions; 0 on timeout.
/// - Errors:
///   - `invalidArgument`: the capacity is 0.
@_cdecl("peerid_queue_take")
public func queueTake(
  _ queue: QueueHandle?,
  _ timeoutMs: Int64,
  _ capacity: UInt,
  _ outCompletions: UnsafeMutablePointer<CompletionHandle?>?,
  _ outCount: UnsafeMutablePointer<UInt>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let queue: CompletionQueue = try borrow(queue)
    let completions = try required(outCompletions, "out_completions")
    let outCount = try required(outCount, "out_count")
    guard capacity > 0 else { throw PeerIDError(.invalidArgument, "capacity is 0: there is no room for a completion") }
    let taken = queue.next(maximum: Int(clamping: capacity), timeoutMilliseconds: timeoutMs)
    for (index, completion) in taken.enumerated() { completions[index] = retained(CompletionObject(completion)) }
    outCount.pointee = UInt(taken.count)
  }
}

/// Frees a queue.
@_cdecl("peerid_queue_free")
public func queueFree(_ queue: QueueHandle?) {
  free(queue, as: CompletionQueue.self)
}
