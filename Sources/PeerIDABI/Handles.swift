/// A client configuration: the server, the application, and options.
public typealias ConfigHandle = OpaquePointer

/// A client for a PeerID server.
public typealias ClientHandle = OpaquePointer

/// A user's session: holds the tokens, refreshes them, and submits operations.
public typealias SessionHandle = OpaquePointer

/// A request for a user's consent: the URL of the consent page and the state to expect.
///
/// Immutable.
public typealias AuthorizationHandle = OpaquePointer

/// A snapshot of a session's tokens.
///
/// Immutable.
public typealias TokenHandle = OpaquePointer

/// The result of a successful call.
///
/// Immutable.
public typealias ResponseHandle = OpaquePointer

/// Why a call failed.
///
/// Immutable.
public typealias ErrorHandle = OpaquePointer

/// A store that keeps sessions under keys.
public typealias StoreHandle = OpaquePointer

/// Receives the result of a store callback. Valid until the callback returns.
public typealias StoreReplyHandle = OpaquePointer

/// Receives the credentials in a relogin handler. Valid until the handler returns.
public typealias CredentialsHandle = OpaquePointer

/// A queue that receives the completions of asynchronous calls.
public typealias QueueHandle = OpaquePointer

/// The completion of an asynchronous call: its error or its result.
///
/// Immutable.
public typealias CompletionHandle = OpaquePointer

/// Ends the blocking calls of a thread from another thread.
public typealias CancellationHandle = OpaquePointer
