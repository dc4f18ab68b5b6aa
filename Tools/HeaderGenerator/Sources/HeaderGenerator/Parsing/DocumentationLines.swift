import SwiftSyntax

extension SyntaxProtocol {
  /// The doc comment in front of a declaration; `nil` when there is none.
  var documentation: DocComment? {
    documentationLines.map(DocComment.init(lines:))
  }

  /// The lines of the doc comment in front of a declaration, without comment signs.
  private var documentationLines: [String]? {
    var lines: [String] = []
    var isInterrupted = false
    var newlines = 0
    for piece in leadingTrivia {
      switch piece {
      case .docLineComment(let text):
        if isInterrupted || newlines > 1 {
          lines = []
        }
        lines.append(Self.withoutLeadingSpace(text.dropFirst(3)))
        (isInterrupted, newlines) = (false, 0)
      case .docBlockComment(let text):
        lines = Self.lines(ofBlock: text)
        (isInterrupted, newlines) = (true, 0)
      case .lineComment, .blockComment:
        isInterrupted = true
      case .newlines(let count), .carriageReturns(let count), .carriageReturnLineFeeds(let count):
        newlines += count
      default:
        break
      }
    }
    return lines.contains { !$0.isEmpty } ? lines : nil
  }

  private static func withoutLeadingSpace(_ text: Substring) -> String {
    String(text.hasPrefix(" ") ? text.dropFirst() : text)
  }

  private static func lines(ofBlock text: String) -> [String] {
    let inner = text.dropFirst(3).dropLast(2)
    return inner.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let trimmed = line.drop { $0 == " " || $0 == "\t" }
      return withoutLeadingSpace(trimmed.hasPrefix("*") ? trimmed.dropFirst() : trimmed)
    }
  }
}
