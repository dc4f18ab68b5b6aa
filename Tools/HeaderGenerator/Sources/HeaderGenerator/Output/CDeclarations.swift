extension Handle {
  var cDeclaration: String { "typedef struct \(cName) \(cName);" }
}

extension Callback {
  /// The declaration as one line, without the names of parameters: they are no promise.
  var cPrototype: String {
    "typedef \(result.declaring("(*\(cName))"))(\(parameters.cTypes));"
  }

  var cDeclaration: [String] {
    parameters.cDeclaration(after: "typedef \(result.declaring("(*\(cName))"))")
  }
}

extension Function {
  /// The declaration as one line, without the names of parameters: they are no promise.
  var cPrototype: String {
    "\(result.declaring(symbol))(\(parameters.cTypes));"
  }

  var cDeclaration: [String] {
    let attributes = canFail ? "PEERID_API PEERID_MUST_CHECK" : "PEERID_API"
    return parameters.cDeclaration(after: "\(attributes) \(result.declaring(symbol))")
  }
}

extension [Parameter] {
  fileprivate var cTypes: String {
    isEmpty ? "void" : map(\.type.spelling).joined(separator: ", ")
  }

  /// The parameter list behind the head of a declaration: on one line, or one parameter a line.
  fileprivate func cDeclaration(after head: String) -> [String] {
    let declarations = map { $0.type.declaring($0.cName) }
    let line = "\(head)(\(isEmpty ? "void" : declarations.joined(separator: ", ")));"
    guard line.count > DoxygenWriter.lineLength, let last = declarations.last else { return [line] }
    return ["\(head)("] + declarations.dropLast().map { "    \($0)," } + ["    \(last));"]
  }
}
