internal import CCurl
internal import CLinux
import Synchronization

/// Ends blocking calls from another thread.
///
/// A thread uses a cancellation, and from then on each of its blocking calls ends with `cancelled` as soon as another
/// thread cancels. Cancelling is permanent: it also ends every later call at once.
public final class Cancellation: @unchecked Sendable {
  private let cancelled = Atomic<Bool>(false)
  private let lock = Lock()
  /// The libcurl handles over which threads are asleep.
  private var sleepers = ForkLocal([UnsafeMutableRawPointer]()) { $0 = [] }

  /// Makes a cancellation.
  public init() {}

  /// Whether it was cancelled.
  public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  /// Ends the calls under way, and all later ones, of the threads that use this cancellation. May be called from any
  /// thread, any number of times.
  public func cancel() {
    cancelled.store(true, ordering: .releasing)
    lock.withLock {
      for sleeper in sleepers.current { curl_multi_wakeup(sleeper) }
    }
  }

  /// Lets the blocking calls of this thread end when `cancellation` is cancelled; `nil`: no longer.
  public static func use(_ cancellation: Cancellation?) {
    guard let threadKey else { return }
    let before = pthread_getspecific(threadKey)
    pthread_setspecific(threadKey, cancellation.map { UnsafeRawPointer(Unmanaged.passRetained($0).toOpaque()) })
    release(before)
  }

  /// Makes the key now, so that no fork can happen while another thread is making it.
  static func prepare() {
    _ = threadKey
  }

  /// The cancellation that this thread uses.
  static var ofThread: Cancellation? {
    guard let threadKey, let pointer = pthread_getspecific(threadKey) else { return nil }
    return Unmanaged<Cancellation>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// A thread begins to wait in libcurl. `cancel` wakes it from now on.
  func enter(_ multi: UnsafeMutableRawPointer) {
    lock.withLock { sleepers.current.append(multi) }
  }

  /// The thread waits no more.
  func leave(_ multi: UnsafeMutableRawPointer) {
    lock.withLock { sleepers.current.removeAll { $0 == multi } }
  }

  /// `nil` when the process has no keys left: then nothing can be cancelled in this way.
  private static let threadKey: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key) { Cancellation.release($0) } == 0 ? key : nil
  }()

  private static func release(_ pointer: UnsafeMutableRawPointer?) {
    if let pointer { Unmanaged<Cancellation>.fromOpaque(pointer).release() }
  }
}
