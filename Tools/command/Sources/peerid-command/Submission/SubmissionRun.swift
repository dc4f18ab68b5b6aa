import FoundationEssentials
import Glibc
import PeerID

/// Sends transactions one after another, and records each before it is sent and after its response.
final class SubmissionRun {
  /// The reasons to stop the run early.
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
  private let marks: Bool
  private let progress: ProgressBar
  private(set) var states: [Int: TransactionState]
  private(set) var failures: [Int: ExitStatus] = [:]
  private(set) var stop: Stop?

  init(
    session: Session,
    journal: Journal?,
    plan: SubmissionPlan,
    total: Int,
    keepsGoing: Bool,
    printsResult: Bool,
    marks: Bool
  ) {
    self.session = session
    self.journal = journal
    self.plan = plan
    self.keepsGoing = keepsGoing
    self.printsResult = printsResult
    self.marks = marks
    states = plan.earlier
    progress = ProgressBar(total: total)
  }

  /// Sends all transactions, unless something stops the run.
  func run() {
    let interruption = Interruption()
    Cancellation.use(interruption.cancellation)
    defer { Cancellation.use(nil) }
    Interrupts.handling({ interruption.receive($0) }) {
      for transaction in plan.transactions {
        // A signal during the last transaction has nothing left to stop.
        if let number = interruption.signal { stop = .interrupted(number) }
        if stop != nil { break }
        progress.show(states)
        submit(transaction)
      }
    }
    progress.clear()
  }

  private func submit(_ transaction: Transaction) {
    var mark: String?
    do throws(PeerIDError) {
      // With the mark, the outcome can be settled if the response is lost.
      if marks { mark = try session.mark(transaction.text) }
    } catch {
      return fail(transaction, .notSent, error)
    }
    guard record(JournalEntry(transaction.number, .sending, operations: transaction.text, mark: mark)) else { return }
    do throws(PeerIDError) {
      let result = SubmissionResult(
        transaction: transaction,
        response: try session.submit(transaction.text),
        isWhole: printsResult
      )
      states[transaction.number] = result.state
      record(JournalEntry(transaction.number, result.state, place: result.place), result.confirmation)
      emit(result.json)
    } catch {
      fail(transaction, TransactionState(error.outcome), error)
    }
  }

  private func fail(_ transaction: Transaction, _ state: TransactionState, _ error: PeerIDError) {
    states[transaction.number] = state
    // The request that failed may be the chain read before the submit.
    failures[transaction.number] = state == .notSent && error.outcome == .unknown ? .notSent : ExitStatus(error)
    record(JournalEntry(transaction.number, state), [("error", error.json(outcome: state.rawValue))])
    emit(SubmissionResult.json(transaction, state, error))
    guard stop == nil else { return }
    switch error.code {
    case .loginRequired: stop = .loginRequired
    case .cancelled, .closed: stop = .interrupted(SIGINT)
    default: if !keepsGoing { stop = .failure }
    }
  }

  /// Writes to the journal. If that fails, nothing more is sent.
  @discardableResult
  private func record(_ entry: JournalEntry, _ more: [(String, JSON)] = []) -> Bool {
    do throws(Failure) {
      try journal?.record(entry, more)
      return true
    } catch {
      stop = .journal(error.message)
      return false
    }
  }

  private func emit(_ result: JSON) {
    progress.clear()
    // The reader of the results has closed the pipe: send nothing more.
    if !Output.tryPrint(result.text), stop == nil { stop = .output }
  }

  /// The path of a file's journal, in the same directory; `nil` for standard input.
  static func defaultJournal(of path: String) -> String? { path == "-" ? nil : path + ".journal" }
}
