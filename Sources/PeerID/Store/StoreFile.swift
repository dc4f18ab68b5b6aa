internal import CLinux

/// Reads and writes the files of a directory store. Checks each file first: someone may have replaced it with a pipe,
/// which would block `open`, or with a file that another user can change.
enum StoreFile {
  /// A session is about a kilobyte; a larger file does not belong to this library.
  private static let maximumBytes = 1 << 20
  /// The space that is reserved for a session, in bytes. A session with the longest tokens needs far less.
  private static let reservedBytes: off_t = 64 << 10

  /// The problem of a file that is not a regular file of this user; otherwise `nil`.
  static func problem(of mode: mode_t, owner: uid_t, user: uid_t) -> String? {
    guard clinux_is_file(mode) != 0 else { return "is not a regular file" }
    guard owner == user else { return StoreDirectory.foreign(owner, user) }
    return nil
  }

  /// Checks an open file, and returns its status.
  @discardableResult
  static func check(_ descriptor: OwnedDescriptor, _ path: String) throws(PeerIDError) -> stat {
    var status = stat()
    guard fstat(descriptor.number, &status) == 0 else { throw .systemCall("cannot stat '\(path)'") }
    if let problem = problem(of: status.st_mode, owner: status.st_uid, user: geteuid()) {
      throw PeerIDError(.store, "'\(path)' \(problem)")
    }
    return status
  }

  /// The content of a file, in memory that is wiped, and the time of its last change or renaming, in seconds since
  /// 1970; `nil` when there is no file.
  static func read(_ path: String) throws(PeerIDError) -> (text: Bytes, changedAt: Int)? {
    guard let descriptor = try openIfThere(path, O_RDONLY) else { return nil }
    defer { descriptor.close() }
    let status = try check(descriptor, path)
    let size = Int(status.st_size)
    guard size <= maximumBytes else { throw PeerIDError(.store, "'\(path)' is too large to be a session") }
    var failure: Int32 = 0
    let text = Bytes(capacity: size, wipes: true) { target in
      var filled = 0
      while filled < size {
        let count = CLinux.read(descriptor.number, target.baseAddress?.advanced(by: filled), size - filled)
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
    guard failure == 0 else { throw .systemCall("cannot read '\(path)'", failure) }
    return (text, status.st_ctim.tv_sec)
  }

  /// Creates a file with enough space for a session, so that a full disk, a quota or a missing permission is noticed
  /// before the request whose answer has to be saved.
  ///
  /// If nothing is written to the file, it is removed when the lock is released.
  static func reserve(_ path: String) throws(PeerIDError) {
    let descriptor = try openToWrite(path)
    defer { descriptor.close() }
    let failure = clinux_reserve(descriptor.number, reservedBytes)
    // Some file systems cannot reserve space. Then only the file is created.
    guard failure == 0 || failure == EOPNOTSUPP || failure == EINVAL || failure == ENOSYS else {
      throw .systemCall("cannot reserve space in '\(path)'", failure)
    }
  }

  /// Writes a file and syncs it to the disk. The file is not truncated first, so that its reserved space is used.
  static func write(_ text: Bytes, to path: String) throws(PeerIDError) {
    let descriptor = try openToWrite(path)
    defer { descriptor.close() }
    var failure: Int32 = 0
    var written = 0
    while written < text.count, failure == 0 {
      let count = CLinux.write(descriptor.number, text.address.advanced(by: written), text.count - written)
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        failure = errno
      }
    }
    if failure == 0, ftruncate(descriptor.number, off_t(text.count)) != 0 { failure = errno }
    if failure == 0, fsync(descriptor.number) != 0 { failure = errno }
    guard failure == 0 else { throw .systemCall("cannot write '\(path)'", failure) }
  }

  // The descriptor must also be readable: if the file system cannot reserve space, the C library reads and writes
  // instead.
  private static func openToWrite(_ path: String) throws(PeerIDError) -> OwnedDescriptor {
    try open(path, O_RDWR | O_CREAT)
  }

  /// Opens and checks a file.
  static func open(_ path: String, _ flags: Int32) throws(PeerIDError) -> OwnedDescriptor {
    guard let descriptor = try openIfThere(path, flags) else { throw cannotOpen(path, ENOENT) }
    return descriptor
  }

  private static func openIfThere(_ path: String, _ flags: Int32) throws(PeerIDError) -> OwnedDescriptor? {
    // Without O_NONBLOCK, opening a pipe waits for its writer.
    let all = flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW
    guard let descriptor = OwnedDescriptor.open({ clinux_open(path, all) }) else {
      if errno == ENOENT { return nil }
      throw cannotOpen(path)
    }
    do throws(PeerIDError) {
      try check(descriptor, path)
    } catch {
      descriptor.close()
      throw error
    }
    return descriptor
  }

  /// The error of an open that failed, read from `errno`.
  private static func cannotOpen(_ path: String, _ code: Int32 = errno) -> PeerIDError {
    // ELOOP means a symbolic link, which O_NOFOLLOW refuses. ENXIO means a socket, or a pipe without a reader.
    if code == ELOOP || code == ENXIO { return PeerIDError(.store, "'\(path)' is not a regular file") }
    return .systemCall("cannot open '\(path)'", code)
  }
}
