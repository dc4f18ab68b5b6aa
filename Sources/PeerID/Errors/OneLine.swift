/// Converts text from a caller or a server to one line.
enum OneLine {
  /// The longest message, in characters.
  private static let longest = 1000

  /// The text without control characters, which could forge a log line.
  static func text(_ message: String) -> String {
    let isPlain = !message.unicodeScalars.contains(where: isControl)
    if isPlain, message.utf8.count <= longest { return message }
    var clean = ""
    for scalar in message.unicodeScalars.prefix(longest) {
      clean.unicodeScalars.append(isControl(scalar) ? " " : scalar)
    }
    return message.unicodeScalars.count > longest ? clean + "…" : clean
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x2028...0x2029 ~= scalar.value
  }
}
