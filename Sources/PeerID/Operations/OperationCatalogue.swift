/// All operations that PeerID knows, found by name and by number.
package struct OperationCatalogue: Sendable {
  /// The catalogue that this version of the library was made with.
  package static let standard = OperationCatalogue(parsing: catalogueText.description)

  /// The operations in the order of their numbers; those that the server cannot find come last.
  package let operations: [OperationDefinition]
  private let indexByName: [String: Int]
  private let indexByID: [Int32: Int]

  /// Reads the notation of `CatalogueText.swift`. A line that cannot be read is left out; a test holds the catalogue
  /// complete.
  package init(parsing text: String) {
    operations = CatalogueReader.read(text)
    indexByName = Dictionary(operations.enumerated().map { ($1.name, $0) }) { first, _ in first }
    indexByID = Dictionary(operations.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  /// The operation of this name, exactly as the server spells it.
  package func operation(named name: String) -> OperationDefinition? {
    indexByName[name].map { operations[$0] }
  }

  /// The operation with this number on the chain.
  package func operation(id: Int32) -> OperationDefinition? {
    indexByID[id].map { operations[$0] }
  }
}
