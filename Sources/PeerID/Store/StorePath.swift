internal import CLinux

/// The path of a directory store.
enum StorePath {
  /// Makes a path absolute and removes the slashes at its end.
  ///
  /// The process or its child may change the working directory later; the store must stay in the same place.
  static func resolve(
    _ path: String,
    workingDirectory: () throws(PeerIDError) -> String
  ) throws(PeerIDError) -> String {
    let slash = UInt8(ascii: "/")
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw PeerIDError(.invalidArgument, "the path of the store is empty or contains a NUL")
    }
    guard let last = bytes.lastIndex(where: { $0 != slash }) else { return "/" }
    let trimmed = String(decoding: bytes[...last], as: UTF8.self)
    guard bytes[0] != slash else { return trimmed }
    let parent = try workingDirectory()
    return parent == "/" ? "/" + trimmed : "\(parent)/\(trimmed)"
  }

  /// The working directory of the process.
  static func workingDirectory() throws(PeerIDError) -> String {
    guard let path = getcwd(nil, 0) else {
      throw .systemCall("cannot make the path of the store absolute: cannot read the working directory")
    }
    defer { free(path) }
    return String(cString: path)
  }

  /// The directory that holds `path`, which is absolute.
  static func parent(_ path: String) -> String {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return "/" }
    return String(decoding: bytes[..<slash], as: UTF8.self)
  }
}
