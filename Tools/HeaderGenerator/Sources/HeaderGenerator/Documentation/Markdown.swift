/// A piece of the Markdown that doc comments are written in.
enum MarkdownBlock: Equatable, Sendable {
  case paragraph(String)
  case heading(String)
  case list([MarkdownItem])
  /// Code and tables, whose lines stay as they are.
  case verbatim([String])
}

/// An entry of a list.
struct MarkdownItem: Equatable, Sendable {
  /// `-`, or a number with its full stop.
  let marker: String
  let blocks: [MarkdownBlock]
}

extension [MarkdownBlock] {
  /// The text of the first paragraph, when a paragraph is first.
  var firstParagraph: String? {
    guard case .paragraph(let text) = first else { return nil }
    return text
  }

  /// The lines of code and tables, at any depth.
  var verbatimLines: [String] {
    flatMap { block -> [String] in
      switch block {
      case .verbatim(let lines): lines
      case .list(let items): items.flatMap(\.blocks.verbatimLines)
      case .paragraph, .heading: []
      }
    }
  }

  /// The entries of all lists.
  var items: [MarkdownItem] {
    flatMap { block -> [MarkdownItem] in
      if case .list(let items) = block { items } else { [] }
    }
  }

  /// The same blocks with another first paragraph; without one when the text is empty.
  func replacingFirstParagraph(with text: some StringProtocol) -> [MarkdownBlock] {
    (text.isEmpty ? [] : [.paragraph(String(text))]) + dropFirst()
  }
}
