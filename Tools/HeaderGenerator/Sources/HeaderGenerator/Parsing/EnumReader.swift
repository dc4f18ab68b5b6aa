import SwiftSyntax

/// Reads published enums, and the version.
struct EnumReader {
  /// How the doc comment of an enum asks for publication.
  private static let marker = "C name:"

  let source: ParsedSource
  let problems: ProblemList

  /// Reads an enum; `nil` when its doc comment does not ask for publication.
  func publishedEnum(_ declaration: EnumDeclSyntax) -> PublishedEnum? {
    let documentation = declaration.documentation
    guard let marked = documentation?.lines.first(where: { $0.hasPrefix(Self.marker) }) else { return nil }
    let swiftName = declaration.name.plainName
    let place = source.place(of: declaration.name)
    let cName = marked.dropFirst(Self.marker.count).filter { $0 != "`" && $0 != " " && $0 != "." }
    if !CNames.isPublishable(cName) {
      problems.report("the C name of the enum `\(swiftName)` is `\(cName)`: write `peerid_words`", at: place)
    }
    let inherited = declaration.inheritanceClause?.inheritedTypes.map(\.type.trimmedDescription) ?? []
    if !declaration.modifiers.containsPublic || inherited.first != "Int32" {
      problems.report("declare the published enum as `public enum \(swiftName): Int32`", at: place)
    }
    let cases = declaration.memberBlock.members.compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }
    return PublishedEnum(
      swiftName: swiftName,
      cName: cName,
      constants: cases.flatMap { constants($0, of: swiftName, prefix: cName.uppercased()) },
      documentation: documentation.flatMap { $0.removing(line: marked) },
      place: place
    )
  }

  private func constants(_ line: EnumCaseDeclSyntax, of enumName: String, prefix: String) -> [PublishedEnum.Constant] {
    line.elements.enumerated().compactMap { index, element in
      let name = element.name.plainName
      let place = source.place(of: element.name)
      guard let value = element.rawValue.flatMap({ IntegerLiteral.value(of: $0.value) }) else {
        problems.report(
          "the case `\(name)` of the published enum `\(enumName)` needs an explicit integer: its number is a promise",
          at: place
        )
        return nil
      }
      return PublishedEnum.Constant(
        swiftName: name,
        cName: "\(prefix)_\(CNames.snakeCase(name).uppercased())",
        value: value,
        // A comment in front of several cases describes the first.
        documentation: index == 0 ? line.documentation : nil,
        place: place
      )
    }
  }

  /// Reads the numbers of `enum Version`.
  func version(_ declaration: EnumDeclSyntax) -> LibraryVersion? {
    var numbers: [String: Int32] = [:]
    for variable in declaration.memberBlock.members.compactMap({ $0.decl.as(VariableDeclSyntax.self) }) {
      for binding in variable.bindings {
        numbers[binding.pattern.trimmedDescription] = binding.initializer.flatMap { IntegerLiteral.value(of: $0.value) }
      }
    }
    guard let major = numbers["major"], let minor = numbers["minor"], let patch = numbers["patch"],
      (0..<1000).contains(major), (0..<100).contains(minor), (0..<100).contains(patch)
    else {
      problems.report(
        "`enum Version` needs `public static let major: Int32 = 1`, and likewise `minor` and `patch` below 100",
        at: source.place(of: declaration.name)
      )
      return nil
    }
    return LibraryVersion(major: major, minor: minor, patch: patch)
  }
}

/// Integers as Swift writes them.
private enum IntegerLiteral {
  /// The value of a literal such as `12`, `-1`, `1_000` or `0x10`; `nil` for anything else.
  static func value(of expression: ExprSyntax) -> Int32? {
    let text = expression.trimmedDescription.filter { $0 != "_" }
    return text.hasPrefix("0x") ? Int32(text.dropFirst(2), radix: 16) : Int32(text)
  }
}
