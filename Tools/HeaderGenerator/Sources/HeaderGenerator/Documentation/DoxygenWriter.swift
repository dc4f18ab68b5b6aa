/// Writes doc comments as Doxygen comments.
struct DoxygenWriter {
  /// The most characters in a line of the header.
  static let lineLength = 96

  /// The C constants of error codes by their Swift names.
  let errorConstants: [String: String]

  /// The comment of something without parameters.
  func comment(_ documentation: DocComment?, indentation: String = "") -> [String] {
    let writer = Self.writer(indentation: indentation)
    guard let documentation else { return [] }
    let groups = [writer.lines(documentation.description)] + sections(documentation, writer)
    return Self.framed(Self.separated(groups), indentation: indentation)
  }

  /// The comment of a function or a callback.
  func comment(_ documentation: DocComment?, parameters: [Parameter]) -> [String] {
    guard let documentation else { return [] }
    let writer = Self.writer(indentation: "")
    var groups = [writer.lines(documentation.description)]
    groups.append(
      parameters.flatMap { parameter in
        let text = documentation.parameters.first { $0.name == parameter.swiftName }?.blocks ?? []
        return writer.lines(text, first: "@param[\(parameter.direction)] \(parameter.cName) ", rest: "  ")
      }
    )
    groups.append(documentation.returns.map { writer.lines($0, first: "@return ", rest: "  ") } ?? [])
    groups.append(documentation.errors.map { errors($0, writer) } ?? [])
    return Self.framed(Self.separated(groups + sections(documentation, writer)), indentation: "")
  }

  /// The comment at the head of the header.
  func fileComment(_ documentation: DocComment, file: String) -> [String] {
    let writer = Self.writer(indentation: "")
    let groups = [["@file \(file)"], writer.lines(documentation.description)] + sections(documentation, writer)
    return Self.framed(Self.separated(groups), indentation: "")
  }

  private func errors(_ errors: DocComment.Errors, _ writer: MarkdownWriter) -> [String] {
    let causes = errors.causes.map { cause in
      let codes = cause.codes.map { errorConstants[$0] ?? $0 }.joined(separator: ", ")
      let text = (cause.blocks.firstParagraph).map { "\(codes): \($0)" } ?? codes
      return MarkdownItem(marker: "-", blocks: cause.blocks.replacingFirstParagraph(with: text))
    }
    return ["@par Errors"] + writer.lines(errors.introduction + (causes.isEmpty ? [] : [.list(causes)]))
  }

  private func sections(_ documentation: DocComment, _ writer: MarkdownWriter) -> [[String]] {
    DocComment.Section.allCases.map { section in
      (documentation.sections[section] ?? []).flatMap { blocks in
        switch section {
        case .ownership: ["@par Ownership"] + writer.lines(blocks)
        case .lifetime: ["@par Lifetime"] + writer.lines(blocks)
        case .threadSafety: ["@par Thread safety"] + writer.lines(blocks)
        case .source: ["@par Source"] + writer.lines(blocks)
        case .note: writer.lines(blocks, first: "@note ", rest: "  ")
        case .warning: writer.lines(blocks, first: "@warning ", rest: "  ")
        case .seeAlso: writer.lines(blocks, first: "@see ", rest: "  ")
        }
      }
    }
  }

  private static func writer(indentation: String) -> MarkdownWriter {
    MarkdownWriter(width: lineLength - indentation.count - " * ".count)
  }

  private static func separated(_ groups: [[String]]) -> [String] {
    Array(groups.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  private static func framed(_ lines: [String], indentation: String) -> [String] {
    let safe = lines.map(withoutCommentSigns)
    if let only = safe.first, safe.count == 1, indentation.count + only.count + "/**  */".count <= lineLength {
      return ["\(indentation)/** \(only) */"]
    }
    return ["\(indentation)/**"] + safe.map { indentation + ($0.isEmpty ? " *" : " * \($0)") } + ["\(indentation) */"]
  }

  /// Text must neither end the comment nor seem to begin another, which compilers warn of.
  private static func withoutCommentSigns(_ line: String) -> String {
    line.replacing("*/", with: "* /").replacing("/*", with: "/ *")
  }
}

extension Parameter {
  /// Which way data flows, as Doxygen calls it.
  fileprivate var direction: String {
    switch type {
    case _ where isOutput: "out"
    case .pointer(to: .scalar, isConst: false): "in,out"
    default: "in"
    }
  }
}
