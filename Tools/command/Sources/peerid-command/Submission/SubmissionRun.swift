import FoundationEssentials
import Glibc
import PeerID

/// Sends transactions one after the other, and records each before and after.
final class SubmissionRun {
  /// What stops the run before its end.
  enum Stop: Equatable {
    case interrupted(Int32)
    case failure
    case loginRequired
    case journal(String)
    case output
  }

  private let session: Session
  let journal: Journal?
  private let plan: SubmissionPlan
  private let keepsGoing: Bool
  private let printsResult: Bool
  private let progress: ProgressBar
  private(set) var states: [Int: TransactionState]
  private(set) var failures: [Int: PeerIDError] = [:]
  private(set) var stop: Stop?

  init(
    session: Session,
    journal: Journal?,
    plan: SubmissionPlan,
    total: Int,
    keepsGoing: Bool,
    printsResult: Bool
  ) {
    self.session = session
    self.journal = journal
    self.plan = plan
    self.keepsGoing = keepsGoing
    self.printsResult = printsResult
    states = plan.earlier
    progress = ProgressBar(total: total)
  }

  /// Sends everything, or until something stops it.
  func run() {
    let interruption = Interruption()
    Cancellation.use(interruption.cancellation)
    defer { Cancellation.use(nil) }
    Interrupts.handling({ interruption.receive($0) }) {
      for transaction in plan.transactions {
        // A signal that comes with the last answer has nothing left to stop.
        if let number = interruption.signal { stop = .interrupted(number) }
        if stop != nil { break }
        progress.show(states)
        submit(transaction)
      }
    }
    progress.clear()
  }

  private func submit(_ transaction: Transaction) {
    guard record(.sending, transaction, operations: transaction.text) else { return }
    do throws(PeerIDError) {
      let response = try session.submit(transaction.text)
      let result = SubmissionResult(transaction: transaction, response: response, isWhole: printsResult)
      states[transaction.number] = result.state
      record(result.state, transaction, result.confirmation, transactionID: response.transactionID)
      emit(result.json)
    } catch {
      let state = TransactionState(error.outcome)
      states[transaction.number] = state
      failures[transaction.number] = error
      record(state, transaction, [("error", error.json())])
      emit(SubmissionResult.json(transaction, state, error))
      guard stop == nil else { return }
      switch error.code {
      case .loginRequired: stop = .loginRequired
      case .cancelled, .closed: stop = .interrupted(SIGINT)
      default: if !keepsGoing { stop = .failure }
      }
    }
  }

  /// Writes to the journal. Without it nothing more is sent.
  @discardableResult
  private func record(
    _ state: TransactionState,
    _ transaction: Transaction,
    _ more: [(String, JSON)] = [],
    operations: String? = nil,
    transactionID: String? = nil
  ) -> Bool {
    let time = SessionDescription.timestamp(SessionDescription.now)
    do throws(Failure) {
      try journal?.record(
        JournalEntry(
          number: transaction.number,
          state: state,
          time: time,
          operations: operations,
          transactionID: transactionID
        ),
        more
      )
      return true
    } catch {
      stop = .journal(error.message)
      return false
    }
  }

  private func emit(_ result: JSON) {
    progress.clear()
    // Whoever reads the results has gone: send nothing more.
    if !Output.tryPrint(result.text), stop == nil { stop = .output }
  }

  /// The journal of a file, beside it; `nil` for standard input.
  static func defaultJournal(of path: String) -> String? { path == "-" ? nil : path + ".journal" }
}
