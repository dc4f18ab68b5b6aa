internal import PeerID

/// What a callback of a custom store answers. It lives on the stack of one call and is used by its thread alone.
final class StoreReply {
  var session: StoredSession?
  var lock: UnsafeMutableRawPointer?
  var keys: [String] = []
  var message = "no reason was given"

  /// Lends this object to a callback for the time of `body`.
  func lent(_ body: (StoreReplyHandle) -> Int32) throws(PeerIDError) -> StoreResult {
    let result = body(OpaquePointer(Unmanaged.passUnretained(self).toOpaque()))
    switch StoreResult(rawValue: result) {
    case .ok: return .ok
    case .conflict: return .conflict
    default: throw PeerIDError(.store, "the store failed: \(message)")
    }
  }
}

/// Answers a load with the session that was found.
///
/// - Parameters:
///   - reply: the reply that the callback was given.
///   - data: the text that was given to be saved, unchanged; copied.
///   - length: its length in bytes.
///   - generation: the generation that was given with it.
/// - Thread safety: the thread of the callback alone.
@_cdecl("peerid_store_reply_session")
public func storeReplySession(
  _ reply: StoreReplyHandle?,
  _ data: UnsafePointer<CChar>?,
  _ length: UInt,
  _ generation: UInt64
) {
  guard let reply = peek(reply, as: StoreReply.self), let data, let count = Int(exactly: length) else { return }
  let text = Bytes(UnsafeRawBufferPointer(start: data, count: count), wipes: true)
  reply.session = StoredSession(bytes: text, generation: generation)
}

/// Answers a lock with a pointer that the other callbacks will be given.
///
/// - Parameters:
///   - reply: the reply that the callback was given.
///   - lock: any pointer.
/// - Thread safety: the thread of the callback alone.
@_cdecl("peerid_store_reply_lock")
public func storeReplyLock(_ reply: StoreReplyHandle?, _ lock: UnsafeMutableRawPointer?) {
  peek(reply, as: StoreReply.self)?.lock = lock
}

/// Answers a listing with one more key.
///
/// - Parameters:
///   - reply: the reply that the callback was given.
///   - key: a key; copied.
/// - Thread safety: the thread of the callback alone.
@_cdecl("peerid_store_reply_key")
public func storeReplyKey(_ reply: StoreReplyHandle?, _ key: UnsafePointer<CChar>?) {
  guard let key, let text = String(validatingCString: key) else { return }
  peek(reply, as: StoreReply.self)?.keys.append(text)
}

/// Says why a callback is about to return PEERID_STORE_RESULT_FAILED.
///
/// - Parameters:
///   - reply: the reply that the callback was given.
///   - message: the reason, without secrets; copied.
/// - Thread safety: the thread of the callback alone.
@_cdecl("peerid_store_reply_error")
public func storeReplyError(_ reply: StoreReplyHandle?, _ message: UnsafePointer<CChar>?) {
  guard let message else { return }
  peek(reply, as: StoreReply.self)?.message = String(cString: message)
}
