internal import CCurl
internal import CLinux
import Synchronization

/// Ends blocking calls from another thread.
///
/// After a thread has called `use`, its blocking calls end with `cancelled` as soon as another thread calls `cancel`.
/// Cancelling is permanent: later calls end at once.
public final class Cancellation: @unchecked Sendable {
  private let cancelled = Atomic<Bool>(false)
  private let lock = Lock()
  /// The libcurl handles in which threads wait.
  private var sleepers = ForkLocal([UnsafeMutableRawPointer]()) { $0 = [] }

  /// Creates a cancellation.
  public init() {}

  /// Whether `cancel` was called.
  public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  /// Ends the calls of the threads that use this cancellation, both those in progress and later ones. May be called
  /// from any thread, any number of times.
  public func cancel() {
    cancelled.store(true, ordering: .releasing)
    lock.withLock {
      for sleeper in sleepers.current { curl_multi_wakeup(sleeper) }
    }
  }

  /// Makes this thread use `cancellation` for its blocking calls; with `nil` it uses none.
  public static func use(_ cancellation: Cancellation?) {
    guard let threadKey else { return }
    let before = pthread_getspecific(threadKey)
    pthread_setspecific(threadKey, cancellation.map { UnsafeRawPointer(Unmanaged.passRetained($0).toOpaque()) })
    release(before)
  }

  /// Creates the thread key now. Otherwise, if the process forked while another thread created the key, a lock would
  /// stay held in the child.
  static func prepare() {
    _ = threadKey
  }

  /// The cancellation that this thread uses.
  static var ofThread: Cancellation? {
    guard let threadKey, let pointer = pthread_getspecific(threadKey) else { return nil }
    return Unmanaged<Cancellation>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Called before a thread waits in libcurl, so that `cancel` can wake it.
  func enter(_ multi: UnsafeMutableRawPointer) {
    lock.withLock { sleepers.current.append(multi) }
  }

  /// Called after the thread has waited.
  func leave(_ multi: UnsafeMutableRawPointer) {
    lock.withLock { sleepers.current.removeAll { $0 == multi } }
  }

  /// `nil` when the process has no free thread key: then blocking calls cannot be cancelled.
  private static let threadKey: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key) { Cancellation.release($0) } == 0 ? key : nil
  }()

  private static func release(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer { Unmanaged<Cancellation>.fromOpaque(pointer).release() }
  }
}
