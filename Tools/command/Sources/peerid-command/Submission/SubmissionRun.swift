import FoundationEssentials
import Glibc
import PeerID

/// Sends transactions one after the other, and records each before and after.
final class SubmissionRun {
  /// What stops the run before its end.
  private enum Stop: Equatable {
    case interrupted(Int32)
    case failure
    case loginRequired
    case journal(String)
    case output
  }

  private let session: Session
  private let journal: Journal?
  private let plan: SubmissionPlan
  private let keepsGoing: Bool
  private let printsResult: Bool
  private let progress: ProgressBar
  private(set) var states: [Int: TransactionState]
  private var failures: [Int: PeerIDError] = [:]
  private var stop: Stop?

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

  // MARK: - The end

  /// What was done, what not, and what is unknown.
  func summary(of file: TransactionFile) -> String {
    let numbers = file.transactions.map(\.number)
    func count(_ matches: (TransactionState) -> Bool) -> Int { numbers.count { states[$0].map(matches) ?? false } }
    let unknown = numbers.filter { states[$0]?.isUnknown == true }
    let failed = count { $0 == .notDone }
    let done = count { $0 == .done }
    let waiting = count { $0 == .needsConfirmation }
    let notSent = numbers.count - done - waiting - failed - unknown.count
    var parts = ["\(done) done"]
    if waiting > 0 { parts.append("\(waiting) to be confirmed with `peerid confirm TOKEN`") }
    if failed > 0 { parts.append("\(failed) not done") }
    if notSent > 0 { parts.append("\(notSent) not sent") }
    if !unknown.isEmpty { parts.append("\(unknown.count) unknown") }
    var lines = ["Of \(numbers.count) transaction\(numbers.count == 1 ? "" : "s"): \(parts.joined(separator: ", "))."]
    switch stop {
    case .interrupted: lines.insert("Interrupted.", at: 0)
    case .loginRequired: lines.insert("The session is over: log in again with `peerid login`.", at: 0)
    case .journal(let message): lines.insert("Stopped: \(message).", at: 0)
    case .output: lines.insert("Stopped: standard output is closed.", at: 0)
    case .failure, nil: break
    }
    if !unknown.isEmpty {
      lines.append(
        "Unknown: \(Self.ranges(unknown)). They may have been done and are not sent again; look at the chain"
          + (journal == nil ? "." : ", then record what you found with `peerid settle \(Self.quote(file.path))`.")
      )
    }
    if let journal, failed + notSent > 0 {
      let option =
        journal.path == SubmissionRun.defaultJournal(of: file.path) ? "" : " --journal \(Self.quote(journal.path))"
      lines.append("Go on with: peerid submit --resume\(option) \(Self.quote(file.path))")
    }
    return lines.joined(separator: "\n")
  }

  /// How the program ends.
  func status(of file: TransactionFile) -> Int32 {
    let found = file.transactions.map { states[$0.number] }
    if found.contains(where: { $0?.isUnknown == true }) { return ExitStatus.unknown.rawValue }
    switch stop {
    case .interrupted(let number): return 128 + number
    case .loginRequired: return ExitStatus.loginRequired.rawValue
    case .journal, .output: return ExitStatus.notDone.rawValue
    case .failure, nil: break
    }
    if let first = failures.min(by: { $0.key < $1.key })?.value { return ExitStatus(first).rawValue }
    return ExitStatus.done.rawValue
  }

  /// The journal of a file, beside it; `nil` for standard input.
  static func defaultJournal(of path: String) -> String? { path == "-" ? nil : path + ".journal" }

  /// Numbers as `1-3, 7`.
  static func ranges(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: ", "
    )
  }

  /// A file name as a shell takes it.
  static func quote(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "-_./@+,:".utf8.contains(byte)
      }
    }
    return isPlain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}

/// The line that is printed for each transaction.
struct SubmissionResult {
  let transaction: Transaction
  let response: Response
  let isWhole: Bool

  var state: TransactionState { response.transactionToken == nil ? .done : .needsConfirmation }

  /// The token that confirms the transaction, if it needs that.
  var confirmation: [(String, JSON)] {
    response.transactionToken.map { [("transaction_token", .string($0))] } ?? []
  }

  var json: JSON {
    var members = Self.members(transaction, state) + confirmation
    if state == .done {
      members += [
        ("transaction_id", .optional(response.transactionID)),
        ("block_num", .optional(response.blockNumber)),
        ("trx_num", .optional(response.transactionNumber)),
        ("created_ids", .array(response.createdObjectIDs.map { .string($0) })),
      ]
    }
    if isWhole { members.append(("result", .verbatim(response.json))) }
    return .object(members)
  }

  static func json(_ transaction: Transaction, _ state: TransactionState, _ error: PeerIDError) -> JSON {
    .object(members(transaction, state) + [("error", error.json())])
  }

  private static func members(_ transaction: Transaction, _ state: TransactionState) -> [(String, JSON)] {
    [
      ("n", .integer(Int64(transaction.number))), ("line", .integer(Int64(transaction.line))),
      ("state", .string(state.rawValue)),
    ]
  }
}
