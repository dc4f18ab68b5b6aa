import Glibc

/// Asks the user at the terminal, even if standard input is something else.
enum Prompt {
  /// Asks for a line.
  static func line(_ question: String) throws(Failure) -> String {
    try ask(question, echoes: true)
  }

  /// Asks for a line without showing what is typed.
  static func secret(_ question: String) throws(Failure) -> String {
    try ask(question, echoes: false)
  }

  private static func ask(_ question: String, echoes: Bool) throws(Failure) -> String {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      throw Failure(.usage, "there is no terminal to ask for '\(question)': see peerid login --help for alternatives")
    }
    defer { close(terminal) }
    if !echoes { Interrupts.hideInput(of: terminal) }
    Output.write("\(question): ", to: terminal)
    let answer = LineReader.line(from: terminal)
    if !echoes {
      Interrupts.restoreInput()
      Output.write("\n", to: terminal)
    }
    guard let answer else { throw Failure(.usage, "no answer was given") }
    return answer
  }
}

/// Reads lines, and nothing beyond the end of the line.
enum LineReader {
  /// The next line without the line break; `nil` at the end of the input.
  static func line(from descriptor: Int32) -> String? {
    var bytes: [UInt8] = []
    while true {
      var byte: UInt8 = 0
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == UInt8(ascii: "\n") {
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
      }
      bytes.append(byte)
    }
  }
}
