// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Loads the session of a key and provides it with `peerid_store_reply_set_session`. If there is none, returns OK
/// without that call. While the key is locked, the callback must load what was saved last.
///
/// - Parameters:
///   - key: the key.
///   - lock: what the lock callback provided; NULL if the key is not locked.
///   - reply: receives the session.
/// - Returns: one of `peerid_store_result`.
public typealias StoreLoadCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?,
    _ reply: StoreReplyHandle?
  ) -> Int32

/// Saves a session durably, if the key has the expected generation.
///
/// - Parameters:
///   - key: the key.
///   - data: the text to save, a secret; valid until the callback returns.
///   - length: its length in bytes.
///   - generation: the generation to save with it; the same as `expected` if only data about the user changed, not the
///     tokens.
///   - expected: the generation that the key must have now; 0 if it must have no session.
///   - lock: what the lock callback provided.
///   - reply: receives a message.
/// - Returns: one of `peerid_store_result`; PEERID_STORE_RESULT_CONFLICT if the key has another generation.
public typealias StoreSaveCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?, _ length: UInt,
    _ generation: UInt64, _ expected: UInt64, _ lock: UnsafeMutableRawPointer?, _ reply: StoreReplyHandle?
  ) -> Int32

/// Removes the session of a key. Succeeds if there is none.
///
/// - Parameters:
///   - key: the key.
///   - lock: what the lock callback provided.
///   - reply: receives a message.
/// - Returns: one of `peerid_store_result`.
public typealias StoreRemoveCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?,
    _ reply: StoreReplyHandle?
  ) -> Int32

/// Locks a key: waits until no other caller, on any machine, holds the key's lock. The lock is held until the key is
/// unlocked or the holder dies. May provide a pointer with `peerid_store_reply_set_lock`.
///
/// - Parameters:
///   - key: the key.
///   - timeoutMs: the longest wait in milliseconds. The library then holds the lock for at most twice this time, plus
///     the time for loading and saving. A lock that expires must last longer.
///   - reply: receives the pointer.
/// - Returns: one of `peerid_store_result`.
public typealias StoreLockCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ timeoutMs: Int64, _ reply: StoreReplyHandle?
  ) -> Int32

/// Unlocks a key.
///
/// - Parameters:
///   - key: the key.
///   - lock: what the lock callback provided.
public typealias StoreUnlockCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ key: UnsafePointer<CChar>?, _ lock: UnsafeMutableRawPointer?
  ) -> Void

/// Lists the keys, with one call of `peerid_store_reply_add_key` for each.
///
/// - Parameters:
///   - reply: receives the keys.
/// - Returns: one of `peerid_store_result`.
public typealias StoreListCallback =
  @convention(c) (
    _ context: UnsafeMutableRawPointer?, _ reply: StoreReplyHandle?
  ) -> Int32

/// The callbacks of a custom store. Initialize it with `{.size = sizeof(peerid_store_callbacks), …}`, so that the
/// library knows which fields it has.
///
/// C name: `peerid_store_callbacks`
public struct StoreCallbacks: Sendable, BitwiseCopyable {
  /// The size of this struct in bytes.
  public var size: UInt
  /// Passed to the callbacks; may be NULL.
  public nonisolated(unsafe) var context: UnsafeMutableRawPointer?
  /// Called when no object uses the store any more; may be NULL.
  public var release: ReleaseCallback?
  /// Loads a session.
  public var load: StoreLoadCallback?
  /// Saves a session.
  public var save: StoreSaveCallback?
  /// Removes a session.
  public var remove: StoreRemoveCallback?
  /// Locks a key.
  public var lock: StoreLockCallback?
  /// Unlocks a key.
  public var unlock: StoreUnlockCallback?
  /// Lists the keys. NULL if the store cannot list its keys.
  public var list: StoreListCallback?
}

/// A pointer to `StoreCallbacks` as C passes it.
public typealias StoreCallbacksPointer = UnsafeRawPointer

extension StoreCallbacks {
  /// The largest size that a newer header's struct may have.
  private static let largestSize: UInt = 4096

  /// Copies the struct of a caller, which may have been compiled with another version of the header.
  static func read(_ pointer: StoreCallbacksPointer?) throws(PeerIDError) -> StoreCallbacks {
    let pointer = try required(pointer, "callbacks")
    let size = pointer.loadUnaligned(as: UInt.self)
    let known = UInt(MemoryLayout<StoreCallbacks>.size)
    guard size >= known, size <= largestSize else {
      throw PeerIDError(
        .invalidArgument,
        "callbacks.size is \(size): set it to sizeof(peerid_store_callbacks), which is \(known) in this library"
      )
    }
    // Fields that this version of the library does not know must be unused.
    let rest = UnsafeRawBufferPointer(start: pointer, count: Int(size))[Int(known)...]
    guard rest.allSatisfy({ $0 == 0 }) else {
      throw PeerIDError(.invalidArgument, "callbacks uses a field that this version of the library does not have")
    }
    return pointer.loadUnaligned(as: StoreCallbacks.self)
  }

  /// Creates a store that calls the callbacks, and releases the context when no object uses the store any more.
  func makeStore() throws(PeerIDError) -> SessionStore {
    guard let load, let save, let remove, let lock, let unlock else {
      throw PeerIDError(.invalidArgument, "callbacks: load, save, remove, lock and unlock must not be NULL")
    }
    let (list, owner) = (list, ContextOwner(context, release))
    return SessionStore(
      load: { (key, lock) throws(PeerIDError) in
        let reply = StoreReply()
        let name = Bytes(key)
        try reply.succeed { load(owner.pointer, name.cString, Self.pointer(lock), $0) }
        return reply.session
      },
      save: { (key, session, expected, lock) throws(PeerIDError) in
        let name = Bytes(key)
        let data = session.dataBytes
        let result = try StoreReply().call { reply in
          save(
            owner.pointer,
            name.cString,
            data.cString,
            UInt(data.count),
            session.generation,
            expected,
            Self.pointer(lock),
            reply
          )
        }
        return result == .ok
      },
      remove: { (key, lock) throws(PeerIDError) in
        let name = Bytes(key)
        try StoreReply().succeed { remove(owner.pointer, name.cString, Self.pointer(lock), $0) }
      },
      lock: { (key, timeout) throws(PeerIDError) in
        let reply = StoreReply()
        let name = Bytes(key)
        try reply.succeed { lock(owner.pointer, name.cString, timeout, $0) }
        return UInt(bitPattern: reply.lock)
      },
      unlock: { key, lock in
        let name = Bytes(key)
        unlock(owner.pointer, name.cString, Self.pointer(lock))
      },
      list: { () throws(PeerIDError) in
        guard let list else { throw PeerIDError(.store, "this store cannot list its keys") }
        let reply = StoreReply()
        try reply.succeed { list(owner.pointer, $0) }
        return reply.keys
      }
    )
  }

  private static func pointer(_ lock: SessionStore.LockToken) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(bitPattern: lock)
  }
}
