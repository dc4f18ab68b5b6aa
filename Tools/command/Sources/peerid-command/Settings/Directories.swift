import Glibc

/// The directories of this program, according to the XDG base directory specification.
enum Directories {
  /// Profiles: `$XDG_CONFIG_HOME/peerid`.
  static var configuration: String { base("XDG_CONFIG_HOME", "/.config") + "/peerid" }

  /// Sessions: `$XDG_STATE_HOME/peerid`.
  static var state: String { base("XDG_STATE_HOME", "/.local/state") + "/peerid" }

  /// The specification says that relative paths are ignored.
  private static func base(_ variable: String, _ otherwise: String) -> String {
    if let path = Environment[variable], path.hasPrefix("/") { return path }
    return home + otherwise
  }

  static var home: String {
    if let home = Environment["HOME"] { return home }
    return getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
  }

  /// The path; `~/` at its start means the home directory.
  static func expand(_ path: String) -> String {
    path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  /// Creates a directory and its parents, accessible only to this user.
  static func make(_ path: String) throws(Failure) {
    var built = ""
    for part in path.split(separator: "/") {
      built += "/\(part)"
      if mkdir(built, 0o700) != 0, errno != EEXIST { throw .system("cannot create the directory '\(built)'", errno) }
    }
  }
}

/// Reads files as a whole.
enum TextFile {
  /// The content of a file; `nil` if it does not exist.
  static func read(_ path: String) throws(Failure) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw .system("cannot open '\(path)'", errno)
    }
    defer { close(descriptor) }
    return try contents(of: descriptor, named: path)
  }

  /// The content of a file or a pipe, read to its end.
  static func contents(of descriptor: Int32, named name: String) throws(Failure) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return content }
      if count > 0 {
        content += buffer.prefix(count)
      } else if errno != EINTR {
        throw .system("cannot read '\(name)'", errno)
      }
    }
  }
}
