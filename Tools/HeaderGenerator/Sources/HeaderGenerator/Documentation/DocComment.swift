/// A doc comment, taken apart.
struct DocComment: Equatable, Sendable {
  /// What a parameter means.
  struct ParameterText: Equatable, Sendable {
    let name: String
    let blocks: [MarkdownBlock]
  }

  /// The codes that a function answers with.
  struct Errors: Equatable, Sendable {
    struct Cause: Equatable, Sendable {
      /// The Swift names of the codes.
      let codes: [String]
      let blocks: [MarkdownBlock]
    }

    /// What is said in front of the list, or instead of it.
    let introduction: [MarkdownBlock]
    let causes: [Cause]
  }

  /// A part of its own, in the order of the header.
  enum Section: String, CaseIterable, Sendable {
    case ownership = "ownership"
    case lifetime = "lifetime"
    case threadSafety = "thread safety"
    case note = "note"
    case warning = "warning"
    case source = "source"
    case seeAlso = "seealso"
  }

  /// The lines as they were written.
  let lines: [String]
  private(set) var description: [MarkdownBlock] = []
  private(set) var parameters: [ParameterText] = []
  private(set) var returns: [MarkdownBlock]?
  private(set) var errors: Errors?
  private(set) var sections: [Section: [[MarkdownBlock]]] = [:]
  /// What is not written as it should be.
  private(set) var mistakes: [String] = []

  init(lines: [String]) {
    self.lines = lines
    let blocks = MarkdownParser.parse(lines)
    if blocks.verbatimLines.contains(where: { $0.contains("/*") || $0.contains("*/") }) {
      mistakes.append("code in it cannot hold a `/*` comment, since it stands in one itself: use `//`")
    }
    for block in blocks {
      if case .list(let items) = block {
        let plain = items.filter { !takeCallout($0) }
        if !plain.isEmpty {
          description.append(.list(plain))
        }
      } else {
        description.append(block)
      }
    }
  }

  /// The same comment without one of its lines; `nil` when nothing is left.
  func removing(line removed: String) -> DocComment? {
    let rest = lines.filter { $0 != removed }
    return rest.contains { !$0.isEmpty } ? DocComment(lines: rest) : nil
  }

  /// The first sentence, for places with room for one line.
  var summary: String {
    let text = description.firstParagraph ?? ""
    guard let end = text.firstRange(of: ". ") else { return text }
    return String(text[..<end.lowerBound]) + "."
  }

  /// Takes an entry in that begins with a known word and a colon.
  private mutating func takeCallout(_ item: MarkdownItem) -> Bool {
    guard let text = item.blocks.firstParagraph, let colon = text.firstIndex(of: ":") else { return false }
    let head = text[..<colon]
    let rest = item.blocks.replacingFirstParagraph(with: text[text.index(after: colon)...].drop { $0 == " " })
    switch head.lowercased() {
    case "parameters":
      rest.items.forEach { takeParameter($0) }
    case "returns":
      returns = rest
    case "errors":
      errors = readErrors(rest)
    case let name where name.hasPrefix("parameter "):
      parameters.append(ParameterText(name: String(head.dropFirst("parameter ".count)), blocks: rest))
    case let name:
      guard let section = Section(rawValue: name == "see also" ? "seealso" : name) else { return false }
      sections[section, default: []].append(rest)
    }
    return true
  }

  private mutating func takeParameter(_ item: MarkdownItem) {
    guard let text = item.blocks.firstParagraph, let colon = text.firstIndex(of: ":") else {
      mistakes.append("an entry under `Parameters` is not of the form `- name: text`")
      return
    }
    let rest = item.blocks.replacingFirstParagraph(with: text[text.index(after: colon)...].drop { $0 == " " })
    parameters.append(ParameterText(name: String(text[..<colon]), blocks: rest))
  }

  private mutating func readErrors(_ blocks: [MarkdownBlock]) -> Errors {
    var causes: [Errors.Cause] = []
    for item in blocks.items {
      guard let cause = Self.cause(item) else {
        mistakes.append("an entry under `Errors` is not of the form ``- `codeName`: cause``")
        continue
      }
      causes.append(cause)
    }
    let introduction = blocks.filter { block in
      if case .list = block { false } else { true }
    }
    return Errors(introduction: introduction, causes: causes)
  }

  /// Reads an entry such as ``- `notSent`, `tls`: the server could not be reached``.
  private static func cause(_ item: MarkdownItem) -> Errors.Cause? {
    guard let text = item.blocks.firstParagraph, let colon = text.firstIndex(of: ":") else { return nil }
    let names = text[..<colon].split(separator: ",").map { $0.filter { $0 != " " } }
    guard !names.isEmpty, names.allSatisfy({ $0.count > 2 && $0.hasPrefix("`") && $0.hasSuffix("`") }) else {
      return nil
    }
    let rest = item.blocks.replacingFirstParagraph(with: text[text.index(after: colon)...].drop { $0 == " " })
    return Errors.Cause(codes: names.map { String($0.dropFirst().dropLast()) }, blocks: rest)
  }
}
