// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// The result of one store callback. Used only on the callback's thread.
final class StoreReply {
  var session: StoredSession?
  var lock: UnsafeMutableRawPointer?
  var keys: [String] = []
  var message = "no reason was given"
  /// An invalid value that the callback provided; the callback counts as failed.
  var fault: StaticString?

  /// Calls a callback and checks its answer.
  func call(_ callback: (StoreReplyHandle) -> Int32) throws(PeerIDError) -> StoreResult {
    let number = callback(OpaquePointer(Unmanaged.passUnretained(self).toOpaque()))
    let result = StoreResult(rawValue: number)
    if let fault { throw PeerIDError(.store, "the store failed: \(fault)") }
    guard let result else {
      throw PeerIDError(.store, "the store failed: its callback returned \(number), which is not a peerid_store_result")
    }
    guard result != .failed else { throw PeerIDError(.store, "the store failed: \(message)") }
    return result
  }

  /// Calls a callback that must return OK. (Only save may return a conflict.)
  func succeed(_ callback: (StoreReplyHandle) -> Int32) throws(PeerIDError) {
    guard try call(callback) == .ok else {
      throw PeerIDError(.store, "the store failed: its callback returned a conflict, which only save may return")
    }
  }
}

/// Provides the session in a load callback.
/// - Parameters:
///   - reply: the callback's reply.
///   - data: the text that was saved, unchanged.
///   - length: its length in bytes.
///   - generation: the generation that was saved with it.
@_cdecl("peerid_store_reply_set_session")
public func storeReplySetSession(
  _ reply: StoreReplyHandle?,
  _ data: UnsafePointer<CChar>?,
  _ length: UInt,
  _ generation: UInt64
) {
  guard let reply = optional(reply, as: StoreReply.self) else { return }
  guard let data, length <= largestInput else {
    reply.fault = "its load callback provided NULL or a length of more than 64 MB"
    return
  }
  let text = Bytes(UnsafeRawBufferPointer(start: data, count: Int(length)), wipes: true)
  reply.session = StoredSession(bytes: text, generation: generation)
}

/// Provides, in a lock callback, a pointer that identifies the lock for the other callbacks.
/// - Parameters:
///   - reply: the callback's reply.
///   - lock: any pointer.
@_cdecl("peerid_store_reply_set_lock")
public func storeReplySetLock(_ reply: StoreReplyHandle?, _ lock: UnsafeMutableRawPointer?) {
  optional(reply, as: StoreReply.self)?.lock = lock
}

/// Provides one key in a list callback.
/// - Parameters:
///   - reply: the callback's reply.
///   - key: a key.
@_cdecl("peerid_store_reply_add_key")
public func storeReplyAddKey(_ reply: StoreReplyHandle?, _ key: UnsafePointer<CChar>?) {
  guard let reply = optional(reply, as: StoreReply.self) else { return }
  guard let key, let text = String(validatingCString: key) else {
    reply.fault = "its list callback provided a key that is NULL or not UTF-8"
    return
  }
  reply.keys.append(text)
}

/// Sets the error message of a callback that then returns PEERID_STORE_RESULT_FAILED.
/// - Parameters:
///   - reply: the callback's reply.
///   - message: the reason, without secrets.
@_cdecl("peerid_store_reply_set_error")
public func storeReplySetError(_ reply: StoreReplyHandle?, _ message: UnsafePointer<CChar>?) {
  guard let message else { return }
  optional(reply, as: StoreReply.self)?.message = String(cString: message)
}
