import Glibc

/// A sandbox could not be started, or a fixture could not be read.
public enum SandboxError: Error, Sendable, CustomStringConvertible {
  /// Nothing can listen on this port of this address; `errno` says why.
  case cannotListen(host: String, port: UInt16, errno: Int32)
  /// The text is not an IPv4 address.
  case invalidHost(String)
  /// The file with the fixture could not be read; `errno` says why.
  case unreadableFixture(file: String, errno: Int32)
  /// The fixture is not JSON; line and column are counted from 1.
  case malformedFixture(file: String, reason: String, line: Int, column: Int)
  /// A value of the fixture is invalid; `key` is its path, such as `users[0].email`.
  case invalidFixture(file: String, key: String, problem: String)
  /// A system call failed; `errno` says why.
  case system(doing: String, errno: Int32)

  /// What happened and what to do.
  public var description: String {
    switch self {
    case .cannotListen(_, let port, EADDRINUSE):
      "port \(port) is in use by another program; choose another one or 0 for any free port"
    case .cannotListen(_, let port, EACCES):
      "port \(port) requires special privileges; choose a port from 1024, or 0 for any free port"
    case .cannotListen(let host, let port, let errno):
      "cannot listen on \(host):\(port): \(Self.text(errno))"
    case .invalidHost(let host):
      "\(host) is not an IPv4 address; use 127.0.0.1 for this machine only, or 0.0.0.0 for all networks"
    case .unreadableFixture(let file, let errno):
      "cannot read the fixture \(file): \(Self.text(errno)); check the path and its permissions"
    case .malformedFixture(let file, let reason, let line, let column):
      "the fixture \(file) is not JSON, line \(line), column \(column): \(reason)"
    case .invalidFixture(let file, let key, let problem):
      "the fixture \(file) is invalid at \"\(key)\": \(problem)"
    case .system(let action, let errno):
      "cannot \(action): \(Self.text(errno))"
    }
  }

  private static func text(_ errno: Int32) -> String {
    guard let text = strerror(errno) else { return "error \(errno)" }
    return String(cString: text)
  }
}
