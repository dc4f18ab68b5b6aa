internal import PeerID

/// Makes a store in the memory of this process: sessions are shared by key among its clients and gone with it.
///
/// - Parameter outStore: receives the store, to be freed with `peerid_store_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: out_store is NULL.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_store_memory")
public func storeMemory(_ outStore: UnsafeMutablePointer<StoreHandle?>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try output(outStore, "out_store")
    out.pointee = give(SessionStore.memory())
  }
}

/// Makes a store of files in a folder: one file for each key, readable by its owner alone, replaced as a whole or not at
/// all, and locked by the kernel, so that any number of processes of one machine share the sessions.
///
/// - Parameters:
///   - path: the folder; made with mode 0700 if it does not exist; copied.
///   - outStore: receives the store, to be freed with `peerid_store_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the path is empty or not UTF-8.
///   - `store`: the folder cannot be made or used, or other users may look into it.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_store_directory")
public func storeDirectory(
  _ path: UnsafePointer<CChar>?,
  _ outStore: UnsafeMutablePointer<StoreHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try output(outStore, "out_store")
    out.pointee = give(try SessionStore.directory(try text(path, "path")))
  }
}

/// Makes a store over anything that can keep a text, compare a number and lock a name, such as a database that several
/// machines reach. The callbacks may block, are called from any thread, also from the library's own and from several at
/// once, and must not call the library except to reply. When one fails the session fails closed: no refresh is sent
/// without the lock.
///
/// - Parameters:
///   - load: loads the session under a key.
///   - save: saves a session if the expected generation is there.
///   - remove: removes a session.
///   - lock: locks a key.
///   - unlock: unlocks a key.
///   - list: lists the keys; may be NULL, then listing fails.
///   - release: called when the context is no longer used; may be NULL.
///   - context: handed to the callbacks; may be NULL.
///   - outStore: receives the store, to be freed with `peerid_store_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees; then `release` is not called.
/// - Errors:
///   - `invalidArgument`: a callback or out_store is NULL.
/// - Thread safety: may be called from any thread.
/// - Lifetime: the context must stay usable until `release` is called: after the store, every configuration and client
///   with it, and their sessions have been freed.
@_cdecl("peerid_store_custom")
public func storeCustom(
  _ load: StoreLoadCallback?,
  _ save: StoreSaveCallback?,
  _ remove: StoreRemoveCallback?,
  _ lock: StoreLockCallback?,
  _ unlock: StoreUnlockCallback?,
  _ list: StoreListCallback?,
  _ release: ReleaseCallback?,
  _ context: UnsafeMutableRawPointer?,
  _ outStore: UnsafeMutablePointer<StoreHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let out = try output(outStore, "out_store")
    guard let load, let save, let remove, let lock, let unlock else {
      throw PeerIDError(.invalidArgument, "load, save, remove, lock and unlock must not be NULL")
    }
    let owner = ContextOwner(context, release)
    let callbacks = StoreCallbacks(
      load: load,
      save: save,
      remove: remove,
      lock: lock,
      unlock: unlock,
      list: list,
      owner: owner
    )
    out.pointee = give(callbacks.makeStore())
  }
}

/// Lists the keys of all sessions in a store.
///
/// - Parameters:
///   - store: the store.
///   - outResponse: receives a response whose JSON is an array of the keys, to be freed with `peerid_response_free`.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL.
///   - `store`: the store failed, holds a damaged session, or cannot list.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_store_keys")
public func storeKeys(
  _ store: StoreHandle?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let store = try borrow(store, as: SessionStore.self, "store")
    let out = try output(outResponse, "out_response")
    out.pointee = give(ResponseObject(Response(listing: try store.keys())))
  }
}

/// Removes a session from a store, usable or not; nothing to remove is fine. The tokens stay valid at the server.
///
/// - Parameters:
///   - store: the store.
///   - key: the session's key.
/// - Returns: NULL on success, otherwise an error that the caller frees.
/// - Errors:
///   - `invalidArgument`: a pointer is NULL, or the key is empty or longer than 4096 bytes.
///   - `store`: the store failed.
/// - Thread safety: may be called from any thread.
@_cdecl("peerid_store_remove")
public func storeRemove(_ store: StoreHandle?, _ key: UnsafePointer<CChar>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let store = try borrow(store, as: SessionStore.self, "store")
    try store.remove(key: try text(key, "key"))
  }
}

/// Frees a store. Configurations, clients and sessions that use it keep what they need.
///
/// - Parameter store: the store; may be NULL.
@_cdecl("peerid_store_free")
public func storeFree(_ store: StoreHandle?) {
  free(store, as: SessionStore.self)
}
