import Synchronization

/// An asynchronous call that a thread of the library makes in the blocking way.
final class Job: Sendable {
  let id: UInt64
  private let table: JobTable
  private let queue: CompletionQueue
  private let tag: UInt64
  private let hasEnded = Atomic<Bool>(false)

  init(table: JobTable, queue: CompletionQueue, tag: UInt64) {
    id = table.nextID()
    self.table = table
    self.queue = queue
    self.tag = tag
  }

  /// Forgets a call that could not begin. Returns `false` when it has been completed all the same.
  func drop() -> Bool {
    guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return false }
    table.end(id)
    return true
  }

  /// Completes the call, once.
  func end(_ outcome: Completion.Outcome) {
    guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Whoever has seen the completion may begin another call at once.
    table.end(id)
    queue.push(Completion(tag: tag, id: id, outcome: outcome))
  }
}

/// The jobs of a client that have not ended, so that they can be cancelled.
///
/// Their ids have the highest bit set, which those of the event loop never have.
final class JobTable: @unchecked Sendable {
  private static let mark: UInt64 = 1 << 63

  private let quota: CallQuota
  private let lock = Lock()
  private let lastID = Atomic<UInt64>(0)
  private var contexts: [UInt64: CallContext] = [:]
  private var forkGeneration = ForkGuard.generation

  init(quota: CallQuota) {
    self.quota = quota
  }

  func nextID() -> UInt64 {
    Self.mark | lastID.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Notes a job that begins.
  ///
  /// - Throws: `queueFull` when too many calls are in flight.
  func begin(_ job: Job, _ context: CallContext) throws(PeerIDError) {
    try quota.enter()
    lock.withLock {
      renewAfterFork()
      contexts[job.id] = context
    }
  }

  func end(_ id: UInt64) {
    // What the context holds has locks of its own: it is released outside this one.
    let ended = lock.withLock { contexts.removeValue(forKey: id) }
    if ended != nil { quota.leave() }
  }

  /// Cancels a call of this table; returns whether the id is one of its kind.
  func cancel(_ id: UInt64) -> Bool {
    guard id & Self.mark != 0 else { return false }
    let context = lock.withLock { contexts[id] }
    context?.cancel()
    return true
  }

  /// The client was closed: jobs that are held up end.
  func close() {
    let all = lock.withLock { forkGeneration == ForkGuard.generation ? Array(contexts.values) : [] }
    for context in all { context.close() }
  }

  /// The parent's jobs are its own, and whatever they hold is shared with what was left behind.
  private func renewAfterFork() {
    guard forkGeneration != ForkGuard.generation else { return }
    forkGeneration = ForkGuard.generation
    ForkGuard.leaveBehind(contexts)
    contexts = [:]
  }
}
