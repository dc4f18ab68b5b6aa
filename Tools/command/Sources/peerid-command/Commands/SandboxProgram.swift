import Glibc

/// The program `peerid-sandbox`, in this program's directory or on the search path.
enum SandboxProgram {
  private static let name = "peerid-sandbox"

  /// Replaces this process by the sandbox; returns only on failure.
  static func replaceThisProgram(_ arguments: [String]) -> Failure {
    let words = ([name] + arguments).map { strdup($0) } + [nil]
    if let beside { execv(beside, words) }
    execvp(name, words)
    let code = errno
    guard code == ENOENT else { return .system("cannot run \(name)", code) }
    return Failure(.usage, "\(name) was not found beside this program or on the PATH")
  }

  private static var beside: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { "\(path[...$0])\(name)" }
  }
}
