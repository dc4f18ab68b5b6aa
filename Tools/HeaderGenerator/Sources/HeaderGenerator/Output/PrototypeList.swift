/// The list that remembers what was ever published: one normalised declaration a line.
struct PrototypeList {
  let interface: Interface

  var lines: [String] {
    ["# \(GeneratedFile.notice)"] + entries.sorted()
  }

  private var entries: [String] {
    interface.handles.map(\.cDeclaration)
      + interface.enums.flatMap(\.constants).map { "\($0.cName) = \($0.value)" }
      + interface.callbacks.map(\.cPrototype)
      + interface.functions.map(\.cPrototype)
  }
}

/// The rule that the ABI only grows: whatever was published stays as it was.
enum GrowthRule {
  /// Compares two lists of prototypes.
  ///
  /// - Parameters:
  ///   - old: the text of the list that was published; `nil` before the first
  ///   - new: the text of the list that would replace it
  /// - Returns: a problem for every entry that is gone or changed
  static func problems(old: String?, new: String) -> [Problem] {
    guard let old else { return [] }
    let present = entries(new)
    let byName = Dictionary(present.map { ($0.name, $0.text) }) { first, _ in first }
    let texts = Set(present.map(\.text))
    return entries(old).filter { !texts.contains($0.text) }.map { entry in
      let place = SourcePlace(path: GeneratedFile.prototypesPath, line: entry.line)
      let change = byName[entry.name].map { "was changed: `\(entry.text)` became `\($0)`" } ?? "was removed"
      return Problem(
        place: place,
        message: "the ABI only grows: `\(entry.name)` \(change); give what is new a name of its own"
      )
    }
  }

  private struct Entry {
    let name: String
    let text: String
    let line: Int
  }

  private static func entries(_ list: String) -> [Entry] {
    list.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
      return Entry(name: name(of: line), text: String(line), line: index + 1)
    }
  }

  /// The name that a line declares. Every name of the library has the prefix, in either case; a callback has its name
  /// in parentheses, a constant in front of its value, a handle at the end and a function in front of its parameters.
  private static func name(of line: Substring) -> String {
    if let constant = line.firstRange(of: " = ") {
      return String(line[..<constant.lowerBound])
    }
    if let callback = line.firstRange(of: "(*") {
      return String(line[callback.upperBound...].prefix { $0 != ")" })
    }
    let head = line.prefix { $0 != "(" && $0 != ";" }
    return String(head.split { $0 == " " || $0 == "*" }.last ?? head)
  }
}
