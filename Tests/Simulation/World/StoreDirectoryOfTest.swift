import Glibc

extension Scenario {
  /// A real, empty directory, because the store checks it before use. Its files are simulated.
  static func makeDirectory() -> String {
    var template = Array("/tmp/peerid-simulation-XXXXXX".utf8CString)
    return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }
}
