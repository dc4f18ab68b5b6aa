internal import PeerID

// Functions of clients and sessions. A blocking function and its `…_async` form make the same `Call`.

/// An object that a function receives as a handle, which must not be NULL.
protocol HandleObject: AnyObject {
  /// The name of the parameter.
  static var parameter: StaticString { get }
}

/// A client or a session. Its engine carries out its calls.
protocol Caller: HandleObject {
  var engine: CallEngine { get }
}

extension Client: Caller { static var parameter: StaticString { "client" } }
extension Session: Caller { static var parameter: StaticString { "session" } }
extension CompletionQueue: HandleObject { static var parameter: StaticString { "queue" } }
extension SessionStore: HandleObject { static var parameter: StaticString { "store" } }

/// Makes a call, waits for it, and returns its response.
func respond<Object: Caller>(
  _ caller: OpaquePointer?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?,
  _ call: (Object) throws(PeerIDError) -> Call
) -> ErrorHandle? {
  returning(outResponse, "out_response") { () throws(PeerIDError) in
    let caller: Object = try borrow(caller)
    return try caller.engine.response(of: try call(caller))
  }
}

/// Makes a call, waits for it, and returns the session that the call created.
func beginSession(
  _ client: ClientHandle?,
  _ outSession: UnsafeMutablePointer<SessionHandle?>?,
  _ call: (Client) throws(PeerIDError) -> Call
) -> ErrorHandle? {
  returning(outSession, "out_session") { () throws(PeerIDError) in
    let client: Client = try borrow(client)
    return try client.engine.session(of: try call(client))
  }
}

/// Starts a call, whose completion is added to the queue.
func begin<Object: Caller>(
  _ caller: OpaquePointer?,
  _ queue: QueueHandle?,
  _ tag: UInt64,
  _ outID: UnsafeMutablePointer<UInt64>?,
  _ call: (Object) throws(PeerIDError) -> Call
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let caller: Object = try borrow(caller)
    let queue: CompletionQueue = try borrow(queue)
    let id = try caller.engine.begin(try call(caller), queue, tag)
    outID?.pointee = id
  }
}
