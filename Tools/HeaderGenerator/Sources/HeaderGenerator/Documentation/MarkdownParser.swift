/// Reads the part of Markdown that doc comments use: paragraphs, headings, nested lists, fenced and indented code,
/// tables.
struct MarkdownParser {
  private static let codeIndentation = 4

  private var lines: ArraySlice<String>
  private var blocks: [MarkdownBlock] = []
  private var paragraph: [String] = []

  static func parse(_ lines: [String]) -> [MarkdownBlock] {
    var parser = MarkdownParser(lines: lines[...])
    parser.parse()
    return parser.blocks
  }

  private init(lines: ArraySlice<String>) {
    self.lines = lines
  }

  private mutating func parse() {
    while let line = lines.first {
      let text = line.trimmed
      if text.isEmpty {
        closeParagraph()
        lines.removeFirst()
      } else if text.hasPrefix("```") {
        takeFence()
      } else if paragraph.isEmpty && line.indentation >= Self.codeIndentation {
        takeVerbatim { $0.indentation >= Self.codeIndentation }
      } else if text.hasPrefix("|") {
        takeVerbatim { $0.trimmed.hasPrefix("|") }
      } else if text.isHeading {
        closeParagraph()
        blocks.append(.heading(text))
        lines.removeFirst()
      } else if let item = text.listItem {
        takeItem(marker: item.marker, text: item.text)
      } else {
        paragraph.append(text)
        lines.removeFirst()
      }
    }
    closeParagraph()
  }

  private mutating func closeParagraph() {
    guard !paragraph.isEmpty else { return }
    blocks.append(.paragraph(paragraph.joined(separator: " ")))
    paragraph = []
  }

  private mutating func takeFence() {
    closeParagraph()
    var taken = [lines.removeFirst()]
    while let line = lines.popFirst() {
      taken.append(line)
      if line.trimmed.hasPrefix("```") {
        break
      }
    }
    blocks.append(.verbatim(taken))
  }

  private mutating func takeVerbatim(while belongs: (String) -> Bool) {
    closeParagraph()
    let taken = lines.prefix(while: belongs)
    lines = lines.dropFirst(taken.count)
    blocks.append(.verbatim(Array(taken)))
  }

  private mutating func takeItem(marker: String, text: String) {
    closeParagraph()
    lines.removeFirst()
    var body: [String] = []
    while let line = lines.first, continuesItem(line, after: body.last ?? text) {
      body.append(line)
      lines.removeFirst()
    }
    let indentation = body.map(\.indentation).filter { $0 > 0 }.min() ?? 0
    let content = [text] + body.map { String($0.dropFirst(min(indentation, $0.indentation))) }
    let item = MarkdownItem(marker: marker, blocks: MarkdownParser.parse(content))
    if case .list(let items) = blocks.last {
      blocks[blocks.count - 1] = .list(items + [item])
    } else {
      blocks.append(.list([item]))
    }
  }

  /// Whether a line belongs to the entry that the line before belongs to.
  private func continuesItem(_ line: String, after previous: String) -> Bool {
    if line.trimmed.isEmpty {
      let next = lines.first { !$0.trimmed.isEmpty }
      return next.map { $0.indentation > 1 } ?? false
    }
    if line.indentation > 1 {
      return true
    }
    let text = line.trimmed
    return !previous.trimmed.isEmpty && text.listItem == nil && !text.isHeading && !text.hasPrefix("```")
  }
}

extension String {
  /// The text without spaces at either end.
  fileprivate var trimmed: String {
    let start = drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  /// The number of spaces in front; an empty line has none.
  fileprivate var indentation: Int {
    trimmed.isEmpty ? 0 : prefix { $0 == " " }.count
  }

  fileprivate var isHeading: Bool {
    let signs = prefix { $0 == "#" }
    return (1...6).contains(signs.count) && dropFirst(signs.count).hasPrefix(" ")
  }

  /// The marker and the text of a list entry; `nil` when the line is none.
  fileprivate var listItem: (marker: String, text: String)? {
    guard let space = firstIndex(of: " ") else { return nil }
    let marker = self[..<space]
    let isNumber = marker.count > 1 && marker.hasSuffix(".") && marker.dropLast().allSatisfy(\.isNumber)
    guard isNumber || ["-", "*", "+"].contains(marker) else { return nil }
    return (isNumber ? String(marker) : "-", String(self[space...]).trimmed)
  }
}
