import PeerID
import Testing

@Suite struct OperationCatalogueTests {
  @Test func `every operation of the chain is read from the notation`() {
    let catalogue = OperationCatalogue.standard
    #expect(catalogue.operations.count == 119)
    #expect(catalogue.operations.filter { !$0.isKnownToServer }.map(\.id) == [44, 66, 103])
    #expect(catalogue.operations.filter { $0.alwaysFailsBecause != nil }.count == 9)
    for operation in catalogue.operations {
      #expect(catalogue.operation(named: operation.name)?.id == operation.id)
      #expect(catalogue.operation(id: operation.id)?.name == operation.name)
    }
  }
}
