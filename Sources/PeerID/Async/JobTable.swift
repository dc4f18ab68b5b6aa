/// The asynchronous calls that threads of the library make in the blocking way, so that they can be cancelled.
///
/// Their ids have the highest bit set, which those of the event loop never have.
final class JobTable: @unchecked Sendable {
  private static let mark: UInt64 = 1 << 63

  private let lock = Lock()
  private var contexts: [UInt64: CallContext] = [:]
  private var lastID: UInt64 = 0
  private var forkGeneration = ForkGuard.generation

  /// Notes a call that begins; returns its id.
  func begin(_ context: CallContext, limit: Int64) throws(PeerIDError) -> UInt64 {
    let id: UInt64? = lock.withLock {
      if forkGeneration != ForkGuard.generation {
        forkGeneration = ForkGuard.generation
        contexts = [:]
      }
      guard contexts.count < limit else { return nil }
      lastID += 1
      contexts[Self.mark | lastID] = context
      return Self.mark | lastID
    }
    guard let id else {
      throw PeerIDError(
        .queueFull,
        .notSent,
        "\(limit) calls are in flight (option max_in_flight): take completions before beginning more",
        isRetryable: true
      )
    }
    return id
  }

  func end(_ id: UInt64) {
    lock.withLock { contexts[id] = nil }
  }

  /// Cancels a call of this table; returns whether the id is one of its kind.
  func cancel(_ id: UInt64) -> Bool {
    guard id & Self.mark != 0 else { return false }
    let context = lock.withLock { contexts[id] }
    context?.cancel()
    return true
  }
}
