import SwiftParser
import SwiftSyntax

/// A Swift source file: its path relative to the root of the project, and its text.
package struct SourceText: Sendable {
  package let path: String
  package let text: String

  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// The name of the file without its folder and its ending.
  static func baseName(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.prefix { $0 != "." })
  }
}

/// A source file after parsing.
struct ParsedSource {
  let path: String
  let tree: SourceFileSyntax
  private let converter: SourceLocationConverter

  init(_ source: SourceText) {
    path = source.path
    tree = Parser.parse(source: source.text)
    converter = SourceLocationConverter(fileName: source.path, tree: tree)
  }

  /// The place of the first character of a node that is not space or comment.
  func place(of node: some SyntaxProtocol) -> SourcePlace {
    SourcePlace(path: path, line: converter.location(for: node.positionAfterSkippingLeadingTrivia).line)
  }
}
