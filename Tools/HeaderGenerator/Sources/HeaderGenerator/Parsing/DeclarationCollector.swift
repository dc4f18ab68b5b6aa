import SwiftSyntax

/// Picks out of a file the declarations that can be part of the interface.
final class DeclarationCollector: SyntaxVisitor {
  private(set) var functions: [FunctionDeclSyntax] = []
  private(set) var typealiases: [TypeAliasDeclSyntax] = []
  private(set) var enums: [EnumDeclSyntax] = []

  static func collect(from source: ParsedSource) -> DeclarationCollector {
    let collector = DeclarationCollector(viewMode: .sourceAccurate)
    collector.walk(source.tree)
    return collector
  }

  override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
    functions.append(node)
    return .skipChildren
  }

  override func visit(_ node: TypeAliasDeclSyntax) -> SyntaxVisitorContinueKind {
    typealiases.append(node)
    return .skipChildren
  }

  override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind {
    enums.append(node)
    return .visitChildren
  }
}

extension DeclModifierListSyntax {
  /// Whether `public` is among the modifiers.
  var containsPublic: Bool {
    contains { $0.name.tokenKind == .keyword(.public) }
  }
}

extension AttributeListSyntax {
  /// The C name given by `@_cdecl("name")` or `@c(name)`; `nil` when there is neither. `@c` alone gives the Swift name.
  func exportedName(default swiftName: String) -> String? {
    for case .attribute(let attribute) in self {
      guard ["_cdecl", "c"].contains(attribute.attributeName.trimmedDescription) else { continue }
      guard let arguments = attribute.arguments else { return swiftName }
      for token in arguments.tokens(viewMode: .sourceAccurate) {
        switch token.tokenKind {
        case .stringSegment(let name), .identifier(let name): return name
        default: continue
        }
      }
    }
    return nil
  }
}

extension TokenSyntax {
  /// The name without the backticks that keywords need.
  var plainName: String { identifier?.name ?? text }
}
