// swift-format-ignore-file: ValidateDocumentationComments
// Tools/header checks these comments. Facts that apply to all functions are in Contract.swift.

internal import PeerID

/// Creates a store in the memory of this process. Clients that use it share sessions by key.
@_cdecl("peerid_store_create_memory")
public func storeCreateMemory(_ outStore: UnsafeMutablePointer<StoreHandle?>?) -> ErrorHandle? {
  returning(outStore, "out_store") { SessionStore.memory() }
}

/// Creates a store of files in a directory. Each key has a file, readable only by the process's user. The file is
/// replaced atomically, while a lock (`flock`) is held. All processes of one machine can share the sessions.
/// - Parameters:
///   - path: the directory; created with mode 0700 if it does not exist.
/// - Errors:
///   - `invalidArgument`: the path is empty.
///   - `store`: the directory cannot be created or used, or other users can read it.
@_cdecl("peerid_store_create_directory")
public func storeCreateDirectory(
  _ path: UnsafePointer<CChar>?,
  _ outStore: UnsafeMutablePointer<StoreHandle?>?
) -> ErrorHandle? {
  returning(outStore, "out_store") { () throws(PeerIDError) in
    try SessionStore.directory(try text(path, "path"))
  }
}

/// Creates a custom store from callbacks, for instance for a database that several machines share.
/// - Parameters:
///   - callbacks: the callbacks, which are copied.
/// - Errors:
///   - `invalidArgument`: a required callback is NULL, or `size` is not the size of the struct. Then `release` is not
///     called.
@_cdecl("peerid_store_create_custom")
public func storeCreateCustom(
  _ callbacks: StoreCallbacksPointer?,
  _ outStore: UnsafeMutablePointer<StoreHandle?>?
) -> ErrorHandle? {
  returning(outStore, "out_store") { () throws(PeerIDError) in
    try StoreCallbacks.read(callbacks).makeStore()
  }
}

/// Lists the keys of all sessions in a store.
/// - Parameters:
///   - outResponse: receives a response whose JSON is an array of the keys; free it with `peerid_response_free`.
/// - Errors:
///   - `store`: the store failed, contains a damaged session, or cannot list its keys.
@_cdecl("peerid_store_list")
public func storeList(
  _ store: StoreHandle?,
  _ outResponse: UnsafeMutablePointer<ResponseHandle?>?
) -> ErrorHandle? {
  returning(outResponse, "out_response") { () throws(PeerIDError) in
    Response(listing: try borrow(store, as: SessionStore.self).keys())
  }
}

/// Removes a session from a store, even a damaged one. Succeeds if there is no such session. The tokens stay valid at
/// the server.
/// - Parameters:
///   - key: the session's key.
/// - Errors:
///   - `invalidArgument`: the key is empty or longer than 4096 bytes.
///   - `store`: the store failed.
@_cdecl("peerid_store_remove")
public func storeRemove(_ store: StoreHandle?, _ key: UnsafePointer<CChar>?) -> ErrorHandle? {
  attempt { () throws(PeerIDError) in
    let store: SessionStore = try borrow(store)
    try store.remove(key: try text(key, "key"))
  }
}

/// Frees a store. Configurations, clients and sessions that use the store continue to work.
@_cdecl("peerid_store_free")
public func storeFree(_ store: StoreHandle?) {
  free(store, as: SessionStore.self)
}
