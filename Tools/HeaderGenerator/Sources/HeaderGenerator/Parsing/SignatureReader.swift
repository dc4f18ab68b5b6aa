import SwiftSyntax

/// Reads exported functions and callbacks: their names, parameters and results.
struct SignatureReader {
  let source: ParsedSource
  let mapping: TypeMapping
  let problems: ProblemList

  /// Reads a function; `nil` when it is not exported or cannot be.
  func function(_ declaration: FunctionDeclSyntax) -> Function? {
    let swiftName = declaration.name.plainName
    guard let symbol = declaration.attributes.exportedName(default: swiftName) else { return nil }
    let place = source.place(of: declaration.name)
    if !CNames.isPublishable(symbol) {
      problems.report("the symbol `\(symbol)` is not of the form `peerid_object_verb`, in lower case", at: place)
    }
    if !declaration.modifiers.containsPublic {
      problems.report("`\(symbol)` is exported but not `public`: the compiler may drop it", at: place)
    }
    if declaration.signature.effectSpecifiers != nil || declaration.genericParameterClause != nil {
      problems.report("`\(symbol)` is async, throwing or generic, which C cannot call", at: place)
    }
    let parameters = declaration.signature.parameterClause.parameters.compactMap { parameter in
      self.parameter(
        named: parameter.secondName ?? parameter.firstName,
        type: parameter.type,
        of: symbol,
        givesUpHandles: symbol.hasSuffix("_free")
      )
    }
    let result = result(declaration.signature.returnClause?.type, of: symbol, position: .toC, at: place)
    let function = Function(
      swiftName: swiftName,
      symbol: symbol,
      parameters: parameters,
      result: result,
      documentation: declaration.documentation,
      place: place
    )
    reportOutputsThatAreNotLast(of: function)
    return function
  }

  /// Reads a callback from its typealias.
  func callback(_ declaration: TypeAliasDeclSyntax, _ type: FunctionTypeSyntax) -> Callback {
    let swiftName = declaration.name.plainName
    let place = source.place(of: declaration.name)
    let parameters = type.parameters.compactMap { element -> Parameter? in
      guard let name = element.secondName ?? element.firstName, name.tokenKind != .wildcard else {
        problems.report(
          "a parameter of the callback `\(swiftName)` has no name: write `_ name: \(element.type.trimmedDescription)`",
          at: source.place(of: element)
        )
        return nil
      }
      let parameter = parameter(named: name, type: element.type, of: swiftName, givesUpHandles: false)
      if case .callback = parameter?.type {
        problems.report("the callback `\(swiftName)` takes a callback, which is not supported", at: place)
      }
      return parameter
    }
    return Callback(
      swiftName: swiftName,
      cName: CNames.prefix + CNames.snakeCase(swiftName),
      parameters: parameters,
      result: result(type.returnClause.type, of: swiftName, position: .fromC, at: place),
      documentation: declaration.documentation,
      place: place
    )
  }

  private func parameter(
    named token: TokenSyntax,
    type: TypeSyntax,
    of owner: String,
    givesUpHandles: Bool
  ) -> Parameter? {
    let place = source.place(of: token)
    let name = token.plainName
    guard token.tokenKind != .wildcard else {
      problems.report("a parameter of `\(owner)` has no name", at: place)
      return nil
    }
    let cName = CNames.snakeCase(name)
    if CNames.keywords.contains(cName) {
      problems.report("the parameter `\(name)` of `\(owner)` is a keyword of C or C++: rename it", at: place)
    }
    do {
      let mapped = try mapping.parameter(type, givesUpHandles: givesUpHandles)
      return Parameter(swiftName: name, cName: cName, type: mapped)
    } catch {
      problems.report("the parameter `\(name)` of `\(owner)`: \(error.reason)", at: place)
      // The name stays known, so that its documentation is not reported as well.
      return Parameter(swiftName: name, cName: cName, type: .void)
    }
  }

  private func result(
    _ type: TypeSyntax?,
    of owner: String,
    position: TypeMapping.Position,
    at place: SourcePlace
  ) -> CType {
    do {
      return try mapping.result(type, position: position)
    } catch {
      problems.report("the result of `\(owner)`: \(error.reason)", at: place)
      return .void
    }
  }

  private func reportOutputsThatAreNotLast(of function: Function) {
    let fromFirstOutput = function.parameters.drop { !$0.isOutput }
    if let late = fromFirstOutput.first(where: { !$0.isOutput }) {
      problems.report(
        "the parameter `\(late.swiftName)` of `\(function.symbol)` follows an output: outputs come last",
        at: function.place
      )
    }
  }
}
