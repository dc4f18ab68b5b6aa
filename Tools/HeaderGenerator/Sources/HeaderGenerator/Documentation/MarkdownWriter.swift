/// Writes Markdown blocks as lines of a comment.
struct MarkdownWriter {
  /// The most characters in a line.
  let width: Int

  /// Writes blocks with an empty line between them, save in front of a list.
  ///
  /// - Parameters:
  ///   - blocks: what to write
  ///   - first: what stands in front of the first line
  ///   - rest: what stands in front of every other line
  /// - Returns: the lines, none with a space at its end
  func lines(_ blocks: [MarkdownBlock], first: String = "", rest: String = "") -> [String] {
    var lines: [String] = []
    for (index, block) in blocks.enumerated() {
      let prefix = index == 0 ? first : rest
      if index > 0 && !block.isList {
        lines.append("")
      }
      if index == 0 && !block.isText && first.contains(where: { $0 != " " }) {
        lines.append(first)
      }
      switch block {
      case .paragraph(let text):
        lines += TextWrapping.wrap(text, width: width, first: prefix, rest: rest)
      case .heading(let text):
        lines.append(rest + text)
      case .verbatim(let verbatim):
        lines += verbatim.map { rest + $0 }
      case .list(let items):
        for item in items {
          let indentation = String(repeating: " ", count: item.marker.count + 1)
          lines += self.lines(item.blocks, first: rest + item.marker + " ", rest: rest + indentation)
        }
      }
    }
    return lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}

extension MarkdownBlock {
  fileprivate var isList: Bool {
    if case .list = self { true } else { false }
  }

  fileprivate var isText: Bool {
    if case .paragraph = self { true } else { false }
  }
}
