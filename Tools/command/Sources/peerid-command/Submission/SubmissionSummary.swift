import PeerID

/// The numbers of the transactions that were done, not done, and unknown.
struct SubmissionSummary {
  private let file: TransactionFile
  private let journal: String?
  private let states: [TransactionState?]
  private let stop: SubmissionRun.Stop?
  private let firstFailure: ExitStatus?

  init(_ run: SubmissionRun, of file: TransactionFile) {
    self.file = file
    journal = run.journal?.path
    states = file.transactions.map { run.states[$0.number] }
    stop = run.stop
    firstFailure = run.failures.min { $0.key < $1.key }?.value
  }

  private func numbers(_ matches: (TransactionState?) -> Bool) -> [Int] {
    zip(file.transactions, states).filter { matches($0.1) }.map(\.0.number)
  }

  private var done: [Int] { numbers { $0 == .done } }
  private var waiting: [Int] { numbers { $0 == .needsConfirmation } }
  private var notDone: [Int] { numbers { $0 == .notDone } }
  private var notSent: [Int] { numbers { $0 == nil || $0 == .notSent } }
  private var unknown: [Int] { numbers { $0?.isUnknown == true } }

  /// The summary for users.
  var text: String {
    var parts = ["\(done.count) done"]
    if !waiting.isEmpty { parts.append("\(waiting.count) to be confirmed with `peerid confirm TOKEN`") }
    if !notDone.isEmpty { parts.append("\(notDone.count) not done") }
    if !notSent.isEmpty { parts.append("\(notSent.count) not sent") }
    if !unknown.isEmpty { parts.append("\(unknown.count) unknown") }
    var lines = [reason].compactMap { $0 }
    lines.append("Of \(states.count) transaction\(states.count == 1 ? "" : "s"): \(parts.joined(separator: ", ")).")
    if !unknown.isEmpty {
      lines.append(
        "Unknown: \(Self.ranges(unknown)). They may have been done and are not sent again; "
          + (journal == nil ? "check the chain." : "find out with: peerid settle --wait\(arguments)")
      )
    }
    if journal != nil, !notDone.isEmpty || !notSent.isEmpty {
      lines.append("Continue with: peerid submit --resume\(arguments)")
    }
    return lines.joined(separator: "\n")
  }

  /// The summary for programs.
  var json: JSON {
    func list(_ numbers: [Int]) -> JSON { .array(numbers.map { .integer(Int64($0)) }) }
    return .object([
      (
        "summary",
        .object([
          ("done", .integer(Int64(done.count))), ("needs_confirmation", list(waiting)), ("not_done", list(notDone)),
          ("not_sent", list(notSent)), ("unknown", list(unknown)), ("stopped", .optional(reason)),
        ])
      )
    ])
  }

  private var reason: String? {
    switch stop {
    case .interrupted: "Interrupted."
    case .loginRequired: "The session has ended: log in again with `peerid login`."
    case .journal(let message): "Stopped: \(message)."
    case .output: "Stopped: standard output is closed."
    case .failure, nil: nil
    }
  }

  private var arguments: String {
    let isDefault = journal == SubmissionRun.defaultJournal(of: file.path)
    return (isDefault ? "" : " --journal \(Self.quote(journal ?? ""))") + " \(Self.quote(file.path))"
  }

  /// The exit status.
  var status: Int32 {
    if !unknown.isEmpty { return ExitStatus.unknown.rawValue }
    switch stop {
    case .interrupted(let number): return 128 + number
    case .loginRequired: return ExitStatus.loginRequired.rawValue
    case .journal, .output: return ExitStatus.notDone.rawValue
    case .failure, nil: return (firstFailure ?? .done).rawValue
    }
  }

  /// The numbers as ranges: `1-3, 7`.
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

  /// A file name, quoted for the shell.
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
