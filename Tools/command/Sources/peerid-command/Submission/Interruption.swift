import PeerID
import Synchronization

/// Signals during a run: after the first, the current transaction ends; after the second, its answer is not awaited.
final class Interruption: Sendable {
  let cancellation = Cancellation()
  private let received = Mutex<[Int32]>([])

  /// The first signal, if one has come.
  var signal: Int32? { received.withLock { $0.first } }

  /// Called on the thread that hears signals.
  func receive(_ number: Int32) {
    let count = received.withLock { received in
      received.append(number)
      return received.count
    }
    guard count == 1 else { return cancellation.cancel() }
    Output.printError("\nStopping after the answer to the transaction under way. Ctrl-C again stops waiting for it.")
  }
}
