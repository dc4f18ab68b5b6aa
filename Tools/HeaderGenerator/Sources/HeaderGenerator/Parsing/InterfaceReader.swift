import SwiftSyntax

/// Reads the whole interface from the sources of the project.
struct InterfaceReader {
  /// Where exported declarations live.
  static let exportedFolder = "Sources/PeerIDABI"
  /// Where published enums and the version live too.
  static let coreFolder = "Sources/PeerID"
  /// Whose doc comment becomes the head of the header.
  private static let contractName = "Contract"
  private static let versionName = "Version"

  private let problems: ProblemList
  private let exported: [(source: ParsedSource, declarations: DeclarationCollector)]
  private let core: [(source: ParsedSource, declarations: DeclarationCollector)]

  /// Reads the interface.
  ///
  /// - Parameters:
  ///   - sources: the Swift files of both folders
  ///   - problems: receives what is wrong; the interface is to be used only when it stays empty
  /// - Returns: the interface; `nil` when the contract or the version is missing
  static func read(_ sources: [SourceText], problems: ProblemList) -> Interface? {
    InterfaceReader(sources, problems: problems).interface()
  }

  private init(_ sources: [SourceText], problems: ProblemList) {
    self.problems = problems
    var exported: [(source: ParsedSource, declarations: DeclarationCollector)] = []
    var core = exported
    for text in sources.sorted(by: { $0.path < $1.path }) {
      let source = ParsedSource(text)
      if source.tree.hasError {
        problems.report("the file does not parse as Swift: build it first", at: SourcePlace(path: source.path, line: 1))
      }
      let entry = (source, DeclarationCollector.collect(from: source))
      if text.path.hasPrefix(Self.exportedFolder + "/") {
        exported.append(entry)
      } else {
        core.append(entry)
      }
    }
    self.exported = exported
    self.core = core
  }

  private func interface() -> Interface? {
    let handles = readHandles()
    let enums = readEnums()
    let mapping = TypeMapping(names: names(handles: handles, enums: enums))
    var callbacks: [Callback] = []
    var functions: [Function] = []
    for (source, declarations) in exported {
      let reader = SignatureReader(source: source, mapping: mapping, problems: problems)
      callbacks += declarations.typealiases.compactMap { declaration in
        declaration.callbackType.map { reader.callback(declaration, $0) }
      }
      functions += declarations.functions.compactMap(reader.function)
    }
    guard let contract = readContract(), let version = readVersion() else { return nil }
    return Interface(
      version: version,
      contract: contract,
      handles: handles,
      enums: enums,
      callbacks: callbacks,
      functions: functions
    )
  }

  private func names(handles: [Handle], enums: [PublishedEnum]) -> TypeMapping.Names {
    var names = TypeMapping.Names()
    for handle in handles {
      names.handles[handle.swiftName] = handle
    }
    for declaration in exported.flatMap(\.declarations.typealiases) where declaration.callbackType != nil {
      let name = declaration.name.plainName
      names.callbacks[name] = CNames.prefix + CNames.snakeCase(name)
    }
    names.enums = Set(enums.map(\.swiftName))
    return names
  }

  private func readHandles() -> [Handle] {
    exported.flatMap { source, declarations in
      declarations.typealiases.compactMap { declaration in
        guard declaration.modifiers.containsPublic,
          declaration.initializer.value.trimmedDescription == "OpaquePointer"
        else { return nil }
        let swiftName = declaration.name.plainName
        let place = source.place(of: declaration.name)
        guard swiftName.hasSuffix(Handle.suffix), swiftName != Handle.suffix else {
          problems.report("the handle `\(swiftName)` has to end in `\(Handle.suffix)`", at: place)
          return nil
        }
        let documentation = declaration.documentation
        return Handle(
          swiftName: swiftName,
          cName: CNames.prefix + CNames.snakeCase(String(swiftName.dropLast(Handle.suffix.count))),
          isImmutable: documentation?.lines.contains { $0.hasPrefix("Immutable") } ?? false,
          documentation: documentation,
          place: place
        )
      }
    }
  }

  private func readEnums() -> [PublishedEnum] {
    (core + exported).flatMap { source, declarations in
      let reader = EnumReader(source: source, problems: problems)
      return declarations.enums.compactMap(reader.publishedEnum)
    }
  }

  private func readContract() -> Contract? {
    for (source, declarations) in exported {
      let declaration = declarations.enums.first { $0.name.text == Self.contractName }
      if let declaration, let documentation = declaration.documentation {
        return Contract(documentation: documentation, place: source.place(of: declaration.name))
      }
    }
    problems.report(
      "the contract is missing: the doc comment of `enum Contract` becomes the head of the header",
      at: SourcePlace(path: "\(Self.exportedFolder)/Contract.swift", line: 1)
    )
    return nil
  }

  private func readVersion() -> LibraryVersion? {
    for (source, declarations) in core {
      if let declaration = declarations.enums.first(where: { $0.name.text == Self.versionName }) {
        return EnumReader(source: source, problems: problems).version(declaration)
      }
    }
    problems.report(
      "the version is missing: write `public enum Version` with `major`, `minor` and `patch`",
      at: SourcePlace(path: "\(Self.coreFolder)/Version.swift", line: 1)
    )
    return nil
  }
}

extension TypeAliasDeclSyntax {
  /// The function type when this names a C callback; `nil` otherwise.
  fileprivate var callbackType: FunctionTypeSyntax? {
    guard modifiers.containsPublic,
      let attributed = initializer.value.as(AttributedTypeSyntax.self),
      attributed.attributes.trimmedDescription.contains("@convention(c)")
    else { return nil }
    return attributed.baseType.as(FunctionTypeSyntax.self)
  }
}
