import FoundationEssentials
import Glibc

/// The capabilities of an output: only terminals have colours and a width.
struct Terminal {
  /// A colour or a weight.
  enum Style: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case bold = "1"
    case faint = "2"
  }

  static let results = Terminal(STDOUT_FILENO)
  static let errors = Terminal(STDERR_FILENO)

  let isTerminal: Bool
  private let hasColors: Bool
  private let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let kind = Environment["TERM"]
    hasColors = isTerminal && Environment["NO_COLOR"] == nil && kind != nil && kind != "dumb"
  }

  /// The number of columns: 80 if the terminal does not report it, unlimited if the output is not a terminal.
  var width: Int {
    guard isTerminal else { return .max }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The text in a style, if the terminal has colours.
  func paint(_ text: String, _ style: Style) -> String {
    hasColors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Wraps words to the width; further lines are indented.
  func wrap(_ words: [String], indent: Int) -> String {
    let limit = max(width == .max ? .max : width - indent, 10)
    var lines = [""]
    for word in words {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = word
      } else if line.count + 1 + word.count <= limit {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
  }
}

/// The environment variables.
enum Environment {
  /// The value of a variable; an empty value counts as not set.
  static subscript(name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The names of all variables.
  static var names: [String] { Array(ProcessInfo.processInfo.environment.keys) }
}
