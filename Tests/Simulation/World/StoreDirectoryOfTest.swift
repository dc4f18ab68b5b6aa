import Glibc

extension Scenario {
  /// A real, empty directory: the store checks it before it uses it. Its files are simulated.
  static func makeDirectory() -> String {
    var template = Array("/tmp/peerid-simulation-XXXXXX".utf8CString)
    return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }
}
