internal import CLinux

extension SessionStore {
  /// A store of files in a directory, which all processes of one machine can share. Each key has a file, readable only
  /// by the process's user. Each write replaces the file atomically while a lock (`flock`) is held.
  ///
  /// Disk space is reserved before each request whose answer has to be saved.
  ///
  /// - Parameter path: the directory; created with mode 0700 if it does not exist. A relative path refers to the
  ///   current working directory, even if the process changes it later. The file system must support `flock`.
  /// - Returns: the store.
  /// - Throws: `invalidArgument` when the path is empty; `store` when the directory cannot be created or read, belongs
  ///   to another user, or can be entered by other users.
  public static func directory(_ path: String) throws(PeerIDError) -> SessionStore {
    let directory = try DirectoryStore(path)
    return SessionStore(
      Backend(
        load: { (key, _) throws(PeerIDError) in try directory.load(key) },
        save: { (key, session, expected, _) throws(PeerIDError) in try directory.save(key, session, expected) },
        remove: { (key, _) throws(PeerIDError) in try directory.remove(key) },
        lock: { (key, timeout) throws(PeerIDError) in try directory.lock(key, timeout) },
        unlock: { key, lock in directory.unlock(key, lock) },
        list: { () throws(PeerIDError) in try directory.keys() },
        lockAtOnce: { (key) throws(PeerIDError) in try directory.lockAtOnce(key) },
        reserve: { (key, _) throws(PeerIDError) in try directory.reserve(key) }
      )
    )
  }
}

private struct DirectoryStore: Sendable {
  private let path: String

  init(_ path: String) throws(PeerIDError) {
    self.path = try StorePath.resolve(path, workingDirectory: StorePath.workingDirectory)
    try StoreDirectory.prepare(self.path)
  }

  /// The time after which a file system has certainly written a rename to disk, in seconds.
  private static let syncedWithin: Int64 = 60

  private enum Suffix {
    static let session: StaticString = ".session"
    static let lock: StaticString = ".lock"
    /// The suffix of a new version of a file while it is written. The finished file is renamed.
    static let new: StaticString = ".new"
  }

  /// The name of a file: the beginning of the key, so that people can recognize it, and the digest of the whole key.
  private func file(_ key: String, _ suffix: StaticString) -> String {
    let readable = key.utf8.prefix(40).map { byte -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "_"): byte
      default: UInt8(ascii: "_")
      }
    }
    return "\(path)/\(String(decoding: readable, as: UTF8.self)).\(SHA256.hexDigest(key))\(suffix)"
  }

  func lock(_ key: String, _ timeout: Int64) throws(PeerIDError) -> SessionStore.LockToken {
    SessionStore.LockToken(try FileLock.acquire(file(key, Suffix.lock), timeoutMilliseconds: timeout).id)
  }

  func lockAtOnce(_ key: String) throws(PeerIDError) -> SessionStore.LockToken? {
    try FileLock.acquireAtOnce(file(key, Suffix.lock)).map { SessionStore.LockToken($0.id) }
  }

  /// Releases the lock, and removes a reserved file that was not used: failed logins under many keys must not fill the
  /// disk. The child of a fork keeps the file, because its parent still uses it.
  func unlock(_ key: String, _ lock: SessionStore.LockToken) {
    if OwnedDescriptor.isOpen(UInt64(lock)) { unlink(file(key, Suffix.new)) }
    OwnedDescriptor.close(UInt64(lock))
  }

  func load(_ key: String) throws(PeerIDError) -> StoredSession? {
    guard let (session, changedAt) = try read(key) else { return nil }
    // The process that renamed the file may have died before it synced the directory. Without this, a power failure
    // would bring back the old tokens after the new ones were used.
    if Clock.wallMilliseconds() / 1000 - Int64(changedAt) < Self.syncedWithin { try StoreDirectory.sync(path) }
    return session
  }

  private func read(_ key: String) throws(PeerIDError) -> (session: StoredSession, changedAt: Int)? {
    let path = file(key, Suffix.session)
    guard let (text, changedAt) = try StoreFile.read(path) else { return nil }
    let (token, storedKey) = try naming(path) { () throws(PeerIDError) in try StoredSessionFormat.read(text) }
    guard StoreKey(storedKey) == StoreKey(key) else { throw PeerIDError(.store, "'\(path)' belongs to another key") }
    return (StoredSession(bytes: text, generation: token.generation), changedAt)
  }

  func reserve(_ key: String) throws(PeerIDError) {
    try StoreFile.reserve(file(key, Suffix.new))
  }

  /// Saves a session if the stored generation is `expected`. The caller holds the lock, so that no other process writes
  /// between comparing and replacing.
  func save(_ key: String, _ session: StoredSession, _ expected: UInt64) throws(PeerIDError) -> Bool {
    guard (try read(key)?.session.generation ?? 0) == expected else { return false }
    let (new, current) = (file(key, Suffix.new), file(key, Suffix.session))
    try StoreFile.write(session.bytes, to: new)
    guard rename(new, current) == 0 else { throw .systemCall("cannot replace '\(current)'") }
    try StoreDirectory.sync(path)
    return true
  }

  func remove(_ key: String) throws(PeerIDError) {
    let current = file(key, Suffix.session)
    unlink(file(key, Suffix.new))
    if unlink(current) != 0, errno != ENOENT { throw .systemCall("cannot remove '\(current)'") }
    try StoreDirectory.sync(path)
  }

  func keys() throws(PeerIDError) -> [String] {
    guard let entries = opendir(path) else { throw .systemCall("cannot read the store '\(path)'") }
    defer { closedir(entries) }
    var keys: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(utf8: bytes.prefix { $0 != 0 })
      }
      let file = "\(path)/\(name)"
      guard name.ends(with: Suffix.session), let (text, _) = try StoreFile.read(file) else { continue }
      keys.append(try naming(file) { () throws(PeerIDError) in try StoredSessionFormat.read(text) }.key)
    }
    return keys
  }

  /// Adds the file's name to an error about its content.
  private func naming<Result>(
    _ file: String,
    _ body: () throws(PeerIDError) -> Result
  ) throws(PeerIDError) -> Result {
    do throws(PeerIDError) {
      return try body()
    } catch {
      throw error.withOutcome(error.outcome, prefix: "'\(file)': ")
    }
  }
}
