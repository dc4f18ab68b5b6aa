import Glibc

extension SessionStore {
  /// A store of files in a folder: one file for each key, readable by its owner alone, replaced as a whole or not at
  /// all, and locked by the kernel, so that any number of processes of one machine share the sessions.
  ///
  /// - Parameter path: the folder; it is made if it does not exist. It must be on a file system with working locks.
  /// - Returns: the store.
  /// - Throws: `store` when the folder cannot be made or used, or when others than its owner may look into it.
  public static func directory(_ path: String) throws(PeerIDError) -> SessionStore {
    let directory = try DirectoryStore(path)
    return SessionStore(
      Backend(
        load: { (key, _) throws(PeerIDError) in try directory.load(key) },
        save: { (key, session, expected, _) throws(PeerIDError) in try directory.save(key, session, expected) },
        remove: { (key, _) throws(PeerIDError) in try directory.remove(key) },
        lock: { (key, timeout) throws(PeerIDError) in try directory.lock(key, timeout) },
        unlock: { _, lock in directory.unlock(lock) },
        list: { () throws(PeerIDError) in try directory.keys() },
        lockAtOnce: { (key) throws(PeerIDError) in try directory.lockAtOnce(key) }
      )
    )
  }
}

private struct DirectoryStore: Sendable {
  private let path: String
  private static let suffix = ".session"
  /// A session is about a kilobyte; a larger file is not ours.
  private static let maximumFileBytes = 1 << 20

  init(_ path: String) throws(PeerIDError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw PeerIDError(.invalidArgument, "the path of the store is empty or holds a NUL")
    }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw .systemCall("the store '\(path)' cannot be made") }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .systemCall("the store '\(path)' cannot be looked at") }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw PeerIDError(.store, "the store '\(path)' is not a folder") }
    guard status.st_mode & 0o077 == 0 else {
      throw PeerIDError(.store, "the store '\(path)' is open to other users: chmod 700 it")
    }
    self.path = path
  }

  /// A readable beginning and the digest of the whole key.
  private func file(_ key: String, _ suffix: String = suffix) -> String {
    let readable = key.utf8.prefix(40).map { byte -> UInt8 in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "_"): byte
      default: UInt8(ascii: "_")
      }
    }
    return "\(path)/\(String(decoding: readable, as: UTF8.self)).\(SHA256.hexDigest(key))\(suffix)"
  }

  func lock(_ key: String, _ timeout: Int64) throws(PeerIDError) -> SessionStore.LockToken {
    SessionStore.LockToken(UInt32(bitPattern: try FileLock.acquire(file(key, ".lock"), timeoutMilliseconds: timeout)))
  }

  func lockAtOnce(_ key: String) throws(PeerIDError) -> SessionStore.LockToken? {
    try FileLock.acquireAtOnce(file(key, ".lock")).map { SessionStore.LockToken(UInt32(bitPattern: $0)) }
  }

  func unlock(_ lock: SessionStore.LockToken) {
    FileLock.release(Int32(truncatingIfNeeded: lock))
  }

  func load(_ key: String) throws(PeerIDError) -> StoredSession? {
    guard let text = try read(file(key)) else { return nil }
    let (token, storedKey) = try describe(file(key)) { () throws(PeerIDError) in try StoredSessionFormat.read(text) }
    guard storedKey == key else { throw PeerIDError(.store, "'\(file(key))' belongs to another key") }
    return StoredSession(bytes: text, generation: token.generation)
  }

  /// The caller holds the lock, so nobody writes between the look and the replacement.
  func save(_ key: String, _ session: StoredSession, _ expected: UInt64) throws(PeerIDError) -> Bool {
    guard (try load(key)?.generation ?? 0) == expected else { return false }
    let temporary = file(key, ".new")
    try write(session.bytes, to: temporary)
    guard rename(temporary, file(key)) == 0 else { throw .systemCall("'\(file(key))' cannot be replaced") }
    try syncFolder()
    return true
  }

  func remove(_ key: String) throws(PeerIDError) {
    unlink(file(key, ".new"))
    if unlink(file(key)) != 0, errno != ENOENT { throw .systemCall("'\(file(key))' cannot be removed") }
    try syncFolder()
  }

  func keys() throws(PeerIDError) -> [String] {
    guard let folder = opendir(path) else { throw .systemCall("the store '\(path)' cannot be read") }
    defer { closedir(folder) }
    var keys: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasSuffix(Self.suffix), let text = try read("\(path)/\(name)") else { continue }
      let (_, key) = try describe("\(path)/\(name)") { () throws(PeerIDError) in try StoredSessionFormat.read(text) }
      keys.append(key)
    }
    return keys
  }

  /// The content of a file, in memory that is wiped; `nil` when there is no file.
  private func read(_ file: String) throws(PeerIDError) -> Bytes? {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw .systemCall("'\(file)' cannot be opened")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .systemCall("'\(file)' cannot be looked at") }
    let size = Int(status.st_size)
    guard size <= Self.maximumFileBytes else { throw PeerIDError(.store, "'\(file)' is too large to be a session") }
    var failure: Int32 = 0
    let text = Bytes(capacity: size, wipes: true) { target in
      var filled = 0
      while filled < size {
        let count = Glibc.read(descriptor, target.baseAddress?.advanced(by: filled), size - filled)
        if count == 0 { break }
        if count > 0 {
          filled += count
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
      return filled
    }
    guard failure == 0 else { throw .systemCall("'\(file)' cannot be read", failure) }
    return text
  }

  /// Writes and makes durable. A full disk is noticed here, while the old file still stands.
  private func write(_ text: Bytes, to file: String) throws(PeerIDError) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .systemCall("'\(file)' cannot be written") }
    var failure: Int32 = 0
    var written = 0
    while written < text.count, failure == 0 {
      let count = Glibc.write(descriptor, text.address.advanced(by: written), text.count - written)
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        failure = errno
      }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure != 0 {
      unlink(file)
      throw .systemCall("'\(file)' cannot be written", failure)
    }
  }

  /// Makes a rename or a removal durable.
  private func syncFolder() throws(PeerIDError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .systemCall("the store '\(path)' cannot be opened") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .systemCall("the store '\(path)' cannot be made durable") }
  }

  /// Adds the file's name to an error about its content.
  private func describe<Result>(
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
