/// Checks that everything published is documented, in the form that the header needs.
struct DocumentationRules {
  let errorConstants: [String: String]
  let problems: ProblemList

  func check(_ interface: Interface) {
    require(interface.contract.documentation, of: "the contract", at: interface.contract.place)
    for handle in interface.handles {
      require(handle.documentation, of: "the handle `\(handle.swiftName)`", at: handle.place)
    }
    for published in interface.enums {
      require(published.documentation, of: "the published enum `\(published.swiftName)`", at: published.place)
      for constant in published.constants {
        let name = "the case `\(constant.swiftName)` of `\(published.swiftName)`"
        require(constant.documentation, of: name, at: constant.place)
      }
    }
    for callback in interface.callbacks {
      let subject = "the callback `\(callback.swiftName)`"
      guard let documentation = require(callback.documentation, of: subject, at: callback.place) else { continue }
      checkSignature(documentation, callback.parameters, callback.result, of: subject, at: callback.place)
    }
    interface.functions.forEach(check)
  }

  private func check(_ function: Function) {
    let subject = "`\(function.symbol)`"
    guard let documentation = require(function.documentation, of: subject, at: function.place) else { return }
    checkSignature(documentation, function.parameters, function.result, of: subject, at: function.place)
    if function.canFail && (documentation.errors.map { $0.causes.isEmpty && $0.introduction.isEmpty } ?? true) {
      problems.report(
        "\(subject) returns an error but does not say which: add `- Errors:` with entries ``- `codeName`: cause``",
        at: function.place
      )
    }
    if needsThreadSafety(function) && documentation.sections[.threadSafety] == nil {
      problems.report(
        "\(subject) does not say who may call it and when: add `- Thread safety: …`",
        at: function.place
      )
    }
  }

  /// A release, and an accessor that cannot fail, follow the general rule of the contract.
  private func needsThreadSafety(_ function: Function) -> Bool {
    function.canFail || (function.result == .void && !function.isRelease)
  }

  private func checkSignature(
    _ documentation: DocComment,
    _ parameters: [Parameter],
    _ result: CType,
    of subject: String,
    at place: SourcePlace
  ) {
    for parameter in parameters
    where !documentation.parameters.contains(where: { $0.name == parameter.swiftName && !$0.blocks.isEmpty }) {
      let name = parameter.swiftName
      problems.report("the parameter `\(name)` of \(subject) has no documentation: add `- \(name): …`", at: place)
    }
    for text in documentation.parameters where !parameters.contains(where: { $0.swiftName == text.name }) {
      problems.report("\(subject) documents the parameter `\(text.name)`, which it does not have", at: place)
    }
    if result != .void && documentation.returns?.isEmpty ?? true {
      problems.report("\(subject) returns something but does not say what: add `- Returns: …`", at: place)
    }
    for code in documentation.errors?.causes.flatMap(\.codes) ?? [] where errorConstants[code] == nil {
      problems.report("\(subject) documents the error code `\(code)`, which does not exist", at: place)
    }
  }

  @discardableResult
  private func require(_ documentation: DocComment?, of subject: String, at place: SourcePlace) -> DocComment? {
    if documentation == nil {
      problems.report("\(subject) has no doc comment: it would be missing from the header", at: place)
    }
    for mistake in documentation?.mistakes ?? [] {
      problems.report("the doc comment of \(subject): \(mistake)", at: place)
    }
    return documentation
  }
}
