import Testing

@testable import PeerID

@Suite struct OperationCatalogueTests {
  @Test func `every operation of the chain is read from the table`() {
    let catalogue = OperationCatalogue.standard
    #expect(catalogue.entries.count == 119)
    #expect(catalogue.operations.count == 119)
    #expect(catalogue.operations.filter { !$0.isKnownToServer }.map(\.id) == [44, 66, 103])
    #expect(catalogue.operations.filter { $0.alwaysFailsBecause != nil }.count == 9)
    #expect(catalogue.operations.filter { $0.onlyProposedBecause != nil }.count == 16)
    for operation in catalogue.operations {
      #expect(catalogue.operation(named: operation.name)?.id == operation.id)
      #expect(catalogue.operation(id: operation.id)?.name == operation.name)
      #expect(catalogue.name(of: operation.id) == operation.name)
    }
  }

  @Test func `the example in each description passes the check`() throws {
    for entry in OperationCatalogue.standard.entries {
      let description = try JSONDocument(try #require(Operations.description(of: entry.name))).root
      #expect(description["name"]?.string == entry.name)
      guard let example = description["example"] else { continue }
      #expect(throws: Never.self) { try Operations.check(example.compactText().text) }
    }
  }

  @Test func `every rule of the table is understood`() throws {
    for entry in OperationCatalogue.standard.entries {
      let description = try JSONDocument(try #require(Operations.description(of: entry.name))).root
      let operation = try #require(OperationCatalogue.standard.operation(id: entry.id))
      #expect(operation.rules.count == description["rules"]?.count ?? 0)
      #expect(operation.fields.count == description["fields"]?.count ?? 0)
      #expect(operation.rules.allSatisfy { !$0.text.isEmpty })
    }
  }
}
