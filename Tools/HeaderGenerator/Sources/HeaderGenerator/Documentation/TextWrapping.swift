/// Breaks text into lines.
enum TextWrapping {
  /// Breaks a paragraph into lines.
  ///
  /// Code in backticks stays on one line, and no line begins with a sign that Markdown would take for a list or a
  /// heading.
  ///
  /// - Parameters:
  ///   - text: the paragraph
  ///   - width: the most characters in a line; a longer word has a line of its own
  ///   - first: what stands in front of the first line
  ///   - rest: what stands in front of every other line
  /// - Returns: the lines
  static func wrap(_ text: String, width: Int, first: String = "", rest: String = "") -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in words(text) {
      if isEmpty {
        line += word
        isEmpty = false
      } else if line.count + 1 + word.count <= width || looksLikeMarkup(word) {
        line += " " + word
      } else {
        lines.append(line)
        line = rest + word
      }
    }
    return lines + [line]
  }

  /// The words, where code in backticks is one word.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var isInCode = false
    for piece in text.split(separator: " ") {
      if isInCode {
        words[words.count - 1] += " " + piece
      } else {
        words.append(String(piece))
      }
      let ticks = piece.count { $0 == "`" }
      isInCode = isInCode != (ticks % 2 == 1)
    }
    return words
  }

  private static func looksLikeMarkup(_ word: String) -> Bool {
    let isNumber = word.hasSuffix(".") && word.count > 1 && word.dropLast().allSatisfy(\.isNumber)
    return isNumber || ["-", "+", "*", "|"].contains(word) || word.hasPrefix("#")
  }
}
