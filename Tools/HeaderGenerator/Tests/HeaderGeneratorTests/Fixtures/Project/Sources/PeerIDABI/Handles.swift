// A comment that is no documentation.

/// Why a call failed.
///
/// Immutable: it may be read from any thread.
///
/// - Ownership: whoever receives it calls `peerid_error_free`.
public typealias ErrorHandle = OpaquePointer

/// A session of a user.
public typealias SessionHandle = OpaquePointer

/// Answers of asynchronous calls, in the order in which they came.
public typealias CompletionQueueHandle = OpaquePointer
