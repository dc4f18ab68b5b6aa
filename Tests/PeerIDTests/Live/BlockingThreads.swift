import Glibc
import Testing

@testable import PeerID

extension Trait where Self == BlockingTests {
  /// The tests of the suite block their threads.
  static var blocking: Self { Self() }
}

/// Runs tests on threads that may block. The test runner has only one thread for each processor: while live
/// tests block all of them, no other test runs.
struct BlockingTests: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(BlockingThreads.shared) { try await function() }
  }
}

/// A pool of threads that run jobs.
private final class BlockingThreads: TaskExecutor, @unchecked Sendable {
  static let shared = BlockingThreads()

  private let lock = Lock()
  private let hasJob: Condition
  private var jobs: [UnownedJob] = []

  /// The number of threads. The variable lowers it under a sanitizer, where parallel tests would be too slow.
  private static var count: Int { getenv("PEERID_TEST_THREADS").flatMap { Int(String(cString: $0)) } ?? 6 }

  private init() {
    hasJob = Condition(lock: lock)
    for _ in 0..<Self.count {
      _ = Thread.start(Unmanaged.passRetained(self).toOpaque()) { context in
        if let context { Unmanaged<BlockingThreads>.fromOpaque(context).takeRetainedValue().work() }
        return nil
      }
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    lock.withLock {
      jobs.append(job)
      hasJob.broadcast()
    }
  }

  private func work() {
    while true { nextJob().runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func nextJob() -> UnownedJob {
    lock.withLock {
      while jobs.isEmpty { hasJob.wait(untilMonotonic: Clock.system.monotonicMilliseconds() + 60_000) }
      return jobs.removeFirst()
    }
  }
}
