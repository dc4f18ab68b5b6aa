/// The numbers of the operations that a token permits, at a fixed address for C callers.
package final class Scope: @unchecked Sendable {
  /// The numbers, in the server's order.
  package let identifiers: UnsafeBufferPointer<Int32>

  package init(_ identifiers: [Int32]) {
    let storage = UnsafeMutableBufferPointer<Int32>.allocate(capacity: max(identifiers.count, 1))
    _ = storage.initialize(fromContentsOf: identifiers)
    self.identifiers = UnsafeBufferPointer(rebasing: storage[0..<identifiers.count])
  }

  deinit {
    UnsafeMutablePointer(mutating: identifiers.baseAddress)?.deallocate()
  }

  package func contains(_ operationID: Int32) -> Bool {
    identifiers.contains(operationID)
  }
}
