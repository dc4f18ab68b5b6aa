internal import CLinux

/// Creates, checks and syncs the directory of a directory store.
enum StoreDirectory {
  /// Creates the directory if it does not exist, and checks that only this user can enter it. `path` is absolute.
  static func prepare(_ path: String) throws(PeerIDError) {
    let user = geteuid()
    let parent = StorePath.parent(path)
    var status = stat()
    if stat(path, &status) != 0, errno == ENOENT {
      if let problem = problem(ofNewDirectoryIn: try owner(parent), user: user) {
        throw PeerIDError(.store, "cannot make the store '\(path)': \(problem)")
      }
      if mkdir(path, 0o700) == 0 {
        // The umask may have removed a bit.
        _ = chmod(path, 0o700)
        try sync(parent)
      } else if errno != EEXIST {
        throw .systemCall("cannot make the store '\(path)'")
      }
    }
    guard stat(path, &status) == 0 else { throw .systemCall("cannot stat the store '\(path)'") }
    if let problem = problem(of: status.st_mode, owner: status.st_uid, user: user) {
      throw PeerIDError(.store, "the store '\(path)' \(problem)")
    }
  }

  /// Syncs a directory, so that renamed and removed entries are durable.
  static func sync(_ path: String) throws(PeerIDError) {
    guard let descriptor = OwnedDescriptor.open({ clinux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }) else {
      throw .systemCall("cannot open the directory '\(path)' to sync it")
    }
    defer { descriptor.close() }
    guard fsync(descriptor.number) == 0 else { throw .systemCall("cannot sync the directory '\(path)'") }
  }

  private static func owner(_ path: String) throws(PeerIDError) -> uid_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .systemCall("cannot stat the directory '\(path)'") }
    return status.st_uid
  }

  /// The problem of a directory that cannot be used; otherwise `nil`.
  static func problem(of mode: mode_t, owner: uid_t, user: uid_t) -> String? {
    guard clinux_is_directory(mode) != 0 else { return "is not a directory" }
    guard owner == user else { return foreign(owner, user) }
    guard mode & 0o077 == 0 else { return "can be entered by other users: run chmod 700 on it" }
    return nil
  }

  /// Why a directory must not be created inside a directory of the user `parent`; otherwise `nil`. An application that
  /// is run once as the superuser must not create a store that it cannot open later.
  static func problem(ofNewDirectoryIn parent: uid_t, user: uid_t) -> String? {
    guard user == 0, parent != 0 else { return nil }
    return "it would belong to the superuser, but its parent directory belongs to the user with uid \(parent): "
      + "run as that user, or make the directory yourself"
  }

  /// The message about a file or directory that belongs to another user.
  static func foreign(_ owner: uid_t, _ user: uid_t) -> String {
    "belongs to the user with uid \(owner), and this process runs with uid \(user): "
      + "run every process that shares the store as the same user"
  }
}
