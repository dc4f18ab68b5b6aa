import Synchronization

/// The state of an asynchronous call's task. A task that is queued or inside a store cannot be interrupted, so an
/// interrupted call ends without waiting for its task.
final class TaskProgress: Sendable {
  private enum Place: UInt8 {
    case queued
    case inStore
    case running
  }

  private let place = Atomic<UInt8>(Place.queued.rawValue)
  private let interrupted = Atomic<Bool>(false)
  private let effective = Atomic<Bool>(false)
  private let onBlocked: @Sendable () -> Void

  /// - Parameter onBlocked: called when an interrupted task enters a store.
  init(onBlocked: @escaping @Sendable () -> Void) {
    self.onBlocked = onBlocked
  }

  /// Whether the task is in the queue, or inside a call of the store.
  var isBlocked: Bool { place.load(ordering: .sequentiallyConsistent) != Place.running.rawValue }

  /// Whether the server has answered the task's request, or the task changes the store without a request.
  var mayHaveEffect: Bool { effective.load(ordering: .sequentiallyConsistent) }

  /// Called by the thread that starts the task; returns whether the task still has to run.
  func start() -> Bool {
    place.store(Place.running.rawValue, ordering: .sequentiallyConsistent)
    return !interrupted.load(ordering: .sequentiallyConsistent)
  }

  /// Called when the call has to end.
  func interrupt() {
    interrupted.store(true, ordering: .sequentiallyConsistent)
  }

  /// Runs `body`, which uses the store.
  func inStore<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    enterStore()
    defer { place.store(Place.running.rawValue, ordering: .sequentiallyConsistent) }
    return try body()
  }

  /// Runs `body`, which sends the task's request. Called inside `inStore`; while `body` runs, the task counts as outside
  /// the store.
  func outOfStore<Result>(_ body: () throws(PeerIDError) -> Result) throws(PeerIDError) -> Result {
    place.store(Place.running.rawValue, ordering: .sequentiallyConsistent)
    let result = try body()
    effective.store(true, ordering: .sequentiallyConsistent)
    enterStore()
    return result
  }

  /// Called before the task changes the store without a request; returns whether the call has to end instead.
  func isInterruptedBeforeEffect() -> Bool {
    effective.store(true, ordering: .sequentiallyConsistent)
    return interrupted.load(ordering: .sequentiallyConsistent)
  }

  private func enterStore() {
    place.store(Place.inStore.rawValue, ordering: .sequentiallyConsistent)
    if interrupted.load(ordering: .sequentiallyConsistent) { onBlocked() }
  }
}
