import Synchronization

/// Counts the calls of one client, without a lock. The child of a `fork` starts at 0.
final class Statistics: @unchecked Sendable {
  /// Counters that are not by kind of call.
  enum Counter: Int, CaseIterable {
    /// Blocking calls that have started, and that have ended.
    case begun, ended
    /// Requests that were sent again after HTTP 401.
    case resends
    /// Refreshes that were started, and how they ended.
    case refreshesStarted, refreshesRenewed, refreshesFoundNewer, refreshesRejected, refreshesFailed, refreshesUnknown
    /// How often a call waited for a running refresh.
    case refreshWaits
    /// Store locks that were taken, and the total wait for them, in microseconds.
    case locks, lockMicroseconds
    case storeFailures
    /// Requests for which a connection was opened, and those that used an open one.
    case connectionsOpened, connectionsReused
  }

  /// How a call ended.
  enum Result: Int, CaseIterable {
    case success, notSent, notDone, unknown
  }

  private static let counters = Counter.allCases.count
  private static let results = Result.allCases.count
  private static let kinds = CallKind.allCases
  private static let latencies = CallKind.Latency.allCases
  private static let slots = counters + kinds.count * results

  private let counts: UnsafeMutablePointer<Atomic<Int64>>
  private let generation = Atomic<Int>(ForkGuard.generation)
  private let histograms = latencies.map { _ in LatencyHistogram() }

  init() {
    counts = .allocate(capacity: Self.slots)
    for slot in 0..<Self.slots { (counts + slot).initialize(to: Atomic(0)) }
  }

  deinit {
    counts.deinitialize(count: Self.slots)
    counts.deallocate()
  }

  func add(_ counter: Counter, _ amount: Int64 = 1) {
    restartInChild()
    counts[counter.rawValue].wrappingAdd(amount, ordering: .relaxed)
  }

  func count(_ counter: Counter) -> Int64 {
    restartInChild()
    return counts[counter.rawValue].load(ordering: .relaxed)
  }

  /// Counts a call that has ended, and how long it took.
  func ended(_ kind: CallKind, _ result: Result, microseconds: Int64) {
    restartInChild()
    counts[slot(kind, result)].wrappingAdd(1, ordering: .relaxed)
    if let latency = kind.latency { histogram(latency).add(microseconds) }
  }

  func count(_ kind: CallKind, _ result: Result) -> Int64 {
    restartInChild()
    return counts[slot(kind, result)].load(ordering: .relaxed)
  }

  func histogram(_ latency: CallKind.Latency) -> LatencyHistogram {
    histograms[Self.latencies.prefix { $0 != latency }.count]
  }

  private func slot(_ kind: CallKind, _ result: Result) -> Int {
    Self.counters + Self.kinds.prefix { $0 != kind }.count * Self.results + result.rawValue
  }

  private func restartInChild() {
    let current = ForkGuard.generation
    guard generation.load(ordering: .relaxed) != current else { return }
    generation.store(current, ordering: .relaxed)
    for slot in 0..<Self.slots { counts[slot].store(0, ordering: .relaxed) }
    for histogram in histograms { histogram.clear() }
  }
}

/// The kinds of calls, as callers know them.
enum CallKind: String, CaseIterable, Sendable {
  case login, exchange, restore, open, submit, confirm, broadcast
  case readChain = "read_chain"
  case mark, settle, refresh
  case acquireToken = "acquire_token"
  case logout, check

  /// The groups of calls whose durations are measured together.
  enum Latency: String, CaseIterable {
    case operations, reads, logins
  }

  var latency: Latency? {
    switch self {
    case .submit, .confirm, .broadcast: .operations
    case .readChain: .reads
    case .login, .exchange: .logins
    default: nil
    }
  }
}
