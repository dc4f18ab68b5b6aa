/// Makes the outputs from the sources of a project.
package struct Generator {
  /// What a run came to.
  package struct Report: Sendable {
    /// What to tell, line by line.
    package let lines: [String]
    package let isSuccess: Bool
  }

  private let project: ProjectFolder

  package init(root: String) {
    project = ProjectFolder(root: root)
  }

  /// Writes the outputs, or compares them with what is there.
  ///
  /// - Parameters:
  ///   - check: whether to compare only
  ///   - allowBreak: whether published declarations may be gone or changed
  /// - Returns: what was done, or what is wrong
  /// - Throws: when a file cannot be read or written
  package func run(check: Bool = false, allowBreak: Bool = false) throws -> Report {
    let sources = try project.swiftFiles(in: [InterfaceReader.coreFolder, InterfaceReader.exportedFolder])
    let (files, problems) = Self.generate(from: sources)
    guard problems.isEmpty else { return Self.failure(problems) }
    if !allowBreak {
      let old = try project.read(GeneratedFile.prototypesPath)
      let new = files.first { $0.path == GeneratedFile.prototypesPath }?.text ?? ""
      let broken = GrowthRule.problems(old: old, new: new)
      guard broken.isEmpty else { return Self.failure(broken) }
    }
    return try check ? compare(files) : write(files)
  }

  /// Makes the outputs from sources in memory.
  static func generate(from sources: [SourceText]) -> (files: [GeneratedFile], problems: [Problem]) {
    let problems = ProblemList()
    let interface = InterfaceReader.read(sources, problems: problems)
    if let interface {
      NameRules(problems: problems).check(interface)
      DocumentationRules(errorConstants: interface.errorConstants, problems: problems).check(interface)
    }
    guard let interface, problems.isEmpty else { return ([], problems.sorted) }
    return (GeneratedFile.all(for: interface), [])
  }

  private func write(_ files: [GeneratedFile]) throws -> Report {
    let lines = try files.map { file in
      // An unchanged file keeps its date, so that `make` does not build anew.
      guard try project.read(file.path) != file.text else { return "unchanged \(file.path)" }
      try project.write(file)
      return "wrote     \(file.path)"
    }
    return Report(lines: lines, isSuccess: true)
  }

  private func compare(_ files: [GeneratedFile]) throws -> Report {
    var lines: [String] = []
    for file in files {
      guard let present = try project.read(file.path) else {
        lines.append("\(file.path) is missing: run `make header`")
        continue
      }
      let difference = LineDiff.unified(old: present, new: file.text, path: file.path)
      if !difference.isEmpty {
        lines += ["\(file.path) is stale: run `make header`"] + difference
      }
    }
    return Report(lines: lines, isSuccess: lines.isEmpty)
  }

  private static func failure(_ problems: [Problem]) -> Report {
    let count = problems.count == 1 ? "1 problem" : "\(problems.count) problems"
    return Report(lines: problems.map(\.description) + ["\(count); nothing was written"], isSuccess: false)
  }
}
