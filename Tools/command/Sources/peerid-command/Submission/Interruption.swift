import PeerID
import Synchronization

/// Signals during a run. After the first, the run ends with the current transaction; after the second, it does not wait
/// for the transaction's response.
final class Interruption: Sendable {
  let cancellation = Cancellation()
  private let received = Mutex<[Int32]>([])

  /// The first signal, if one has come.
  var signal: Int32? { received.withLock { $0.first } }

  /// Called on the signal thread.
  func receive(_ number: Int32) {
    let count = received.withLock { received in
      received.append(number)
      return received.count
    }
    guard count == 1 else { return cancellation.cancel() }
    Output.printError("\nStopping after the response to the current transaction. Ctrl-C again stops waiting for it.")
  }
}
