/// How a client is to be made: the server, the application, and options by name.
public typealias ConfigHandle = OpaquePointer

/// One application's way to one PeerID server.
public typealias ClientHandle = OpaquePointer

/// A user's session: holds the tokens, keeps them fresh, and submits operations.
public typealias SessionHandle = OpaquePointer

/// The tokens of a session at one moment.
///
/// Immutable.
public typealias TokenHandle = OpaquePointer

/// A request for a user's consent: the URL to send the user to, and the state to expect back.
///
/// Immutable.
public typealias AuthorizationHandle = OpaquePointer

/// What the server answered to a call that succeeded.
///
/// Immutable.
public typealias ResponseHandle = OpaquePointer

/// Why a call failed.
///
/// Immutable.
public typealias ErrorHandle = OpaquePointer

/// Told of events that are worth a line in a log. Called on the thread on which the event happens, also on the
/// library's own threads; must return soon and must not call the library.
///
/// - Parameters:
///   - context: what was given together with the handler.
///   - level: one of `peerid_log_level`.
///   - message: one line of text without secrets, valid until the handler returns.
public typealias LogHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ level: Int32, _ message: UnsafePointer<CChar>?
  ) -> Void

/// Asked now and then (every 50 to 1000 ms) whether a call that waits should be given up. Called on the thread of that
/// call; must not call the library.
///
/// - Parameter context: what was given together with the handler.
/// - Returns: 0 to go on, anything else to end the call with PEERID_CODE_CANCELLED.
public typealias InterruptHandler = @convention(c) (_ context: UnsafeMutableRawPointer?) -> Int32

/// Where sessions with a key are kept.
public typealias StoreHandle = OpaquePointer

/// Where asynchronous calls put their completions.
public typealias QueueHandle = OpaquePointer

/// Ends the blocking calls of a thread from another one.
public typealias CancellationHandle = OpaquePointer

/// How an asynchronous call ended.
///
/// Immutable.
public typealias CompletionHandle = OpaquePointer

/// Where a callback of a custom store puts its answer. Valid until the callback returns.
public typealias StoreReplyHandle = OpaquePointer

/// Where a relogin handler puts the credentials. Valid until the handler returns.
public typealias CredentialsHandle = OpaquePointer

/// Loads the session under a key: answers with `peerid_store_reply_session`, or not at all when there is none. While the
/// key is locked it must see what was saved last.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - key: the key.
///   - lock: what the lock callback answered with; NULL when the key is not locked.
///   - reply: where the answer goes.
/// - Returns: one of `peerid_store_result`.
public typealias StoreLoadCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?,
    _ reply: StoreReplyHandle?
  ) -> Int32

/// Saves a session durably, if the generation under the key is the expected one.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - key: the key.
///   - data: the text to keep, a secret; valid until the callback returns.
///   - length: its length in bytes.
///   - generation: the generation to keep with it.
///   - expected: the generation that the key must have now; 0 means that there must be no session.
///   - lock: what the lock callback answered with.
///   - reply: where a message goes.
/// - Returns: one of `peerid_store_result`; PEERID_STORE_RESULT_CONFLICT for another generation.
public typealias StoreSaveCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?, _ length: UInt,
    _ generation: UInt64, _ expected: UInt64, _ lock: UnsafeMutableRawPointer?, _ reply: StoreReplyHandle?
  ) -> Int32

/// Removes the session under a key; nothing to remove is fine.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - key: the key.
///   - lock: what the lock callback answered with.
///   - reply: where a message goes.
/// - Returns: one of `peerid_store_result`.
public typealias StoreRemoveCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?,
    _ reply: StoreReplyHandle?
  ) -> Int32

/// Waits until nobody else, on any machine, holds the key; then holds it until it is unlocked or its holder dies.
/// May answer with `peerid_store_reply_lock`.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - key: the key.
///   - timeoutMs: how long to wait at the most, in milliseconds. The lock must not be lost within this time either.
///   - reply: where the answer goes.
/// - Returns: one of `peerid_store_result`.
public typealias StoreLockCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ timeoutMs: Int64, _ reply: StoreReplyHandle?
  ) -> Int32

/// Gives a lock back.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - key: the key.
///   - lock: what the lock callback answered with.
public typealias StoreUnlockCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?
  ) -> Void

/// Lists the keys, with a call of `peerid_store_reply_key` for each.
///
/// - Parameters:
///   - context: what was given together with the callbacks.
///   - reply: where the keys go.
/// - Returns: one of `peerid_store_result`.
public typealias StoreListCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ reply: StoreReplyHandle?
  ) -> Int32

/// Tells that the library will not use the context any more.
///
/// - Parameter context: what was given together with the callbacks.
public typealias ReleaseCallback = @convention(c) (_ context: UnsafeMutableRawPointer?) -> Void

/// Asked for the credentials to log a user in with again. Called on a thread of the library; may block.
///
/// - Parameters:
///   - context: what was given together with the handler.
///   - key: the session's key; NULL for a session without one.
///   - credentials: where they go, with `peerid_credentials_set`.
/// - Returns: 0 when they were set; anything else lets the session end.
public typealias ReloginHandler =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ credentials: CredentialsHandle?
  ) -> Int32
