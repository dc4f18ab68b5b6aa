internal import PeerID

/// The callbacks of a custom store in C, made into a store.
struct StoreCallbacks: Sendable {
  let load: StoreLoadCallback
  let save: StoreSaveCallback
  let remove: StoreRemoveCallback
  let lock: StoreLockCallback
  let unlock: StoreUnlockCallback
  let list: StoreListCallback?
  let owner: ContextOwner

  func makeStore() -> SessionStore {
    SessionStore.custom(
      load: { key, lock in
        let reply = StoreReply()
        let name = Bytes(key)
        _ = try reply.lent { load(owner.pointer, name.cString, pointer(lock), $0) }
        return reply.session
      },
      save: { key, session, expected, lock in
        let name = Bytes(key)
        let data = session.dataBytes
        return try StoreReply().lent { reply in
          save(
            owner.pointer,
            name.cString,
            data.cString,
            UInt(data.count),
            session.generation,
            expected,
            pointer(lock),
            reply
          )
        } == .ok
      },
      remove: { key, lock in
        let name = Bytes(key)
        _ = try StoreReply().lent { remove(owner.pointer, name.cString, pointer(lock), $0) }
      },
      lock: { key, timeout in
        let reply = StoreReply()
        let name = Bytes(key)
        _ = try reply.lent { lock(owner.pointer, name.cString, timeout, $0) }
        return UInt(bitPattern: reply.lock)
      },
      unlock: { key, lock in
        let name = Bytes(key)
        unlock(owner.pointer, name.cString, pointer(lock))
      },
      list: {
        guard let list else { throw PeerIDError(.store, "this store cannot list its keys") }
        let reply = StoreReply()
        _ = try reply.lent { list(owner.pointer, $0) }
        return reply.keys
      }
    )
  }

  private func pointer(_ lock: SessionStore.LockToken) -> UnsafeMutableRawPointer? {
    UnsafeMutableRawPointer(bitPattern: lock)
  }
}
