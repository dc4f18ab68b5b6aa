import Glibc

/// Writes to standard output and standard error without buffering, so that each line appears at once.
enum Output {
  /// Prints a line of results. If the reader has closed the pipe, ends the program as SIGPIPE would.
  static func print(_ text: String) {
    if !tryPrint(text) { Interrupts.leave(128 + SIGPIPE) }
  }

  /// Prints a line of results; returns whether that succeeded.
  static func tryPrint(_ text: String) -> Bool {
    write(text + "\n", to: STDOUT_FILENO)
  }

  /// Prints a message on standard error.
  static func printError(_ text: String) {
    _ = write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO)
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}

/// The system's error messages.
enum SystemError {
  static func text(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // The POSIX variant, which fills the buffer.
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
