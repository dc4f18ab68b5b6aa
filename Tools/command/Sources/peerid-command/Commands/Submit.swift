import ArgumentParser
import PeerID

/// `peerid submit`
struct Submit: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Submit operations, each transaction once.",
    discussion: """
      FILE contains JSON values. Each value becomes one transaction: an operation, an array of operations, or an \
      object with 'operations'. All are checked before the first is sent. A line of JSON is printed for each.

      FILE.journal records each transaction before it is sent and after its response. After an interruption or a \
      failure, --resume sends the transactions that were not done, and none that was or may have been done.
      """
  )

  @Argument(help: "The file; - is standard input.", completion: .file())
  var file: String

  @Flag(help: "Continue an earlier run: send the transactions that were not done.")
  var resume = false

  @Flag(help: "Submit all transactions again, including those that an earlier run has done.")
  var again = false

  @Flag(help: "Continue after a failure. By default, the first failure stops the run.")
  var keepGoing = false

  @Option(help: ArgumentHelp("The journal, instead of FILE.journal.", valueName: "path"), completion: .file())
  var journal: String?

  @Flag(
    help: ArgumentHelp(
      "Do not record the newest entry of the payer's history before each transaction.",
      discussion: "Saves one chain read for each transaction, but then `peerid settle` cannot find out the outcome."
    )
  )
  var withoutMarks = false

  @Flag(help: "Print the whole result of each transaction.")
  var full = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if resume, again { throw ValidationError("--resume and --again exclude each other") }
    if file == "-", resume, journal == nil { throw ValidationError("--resume with standard input needs --journal") }
  }

  func run() throws {
    let file = try TransactionFile(path: file)
    let workspace = try Workspace(common)
    let (key, session) = try workspace.session()
    try requireValid(file, session.token)
    let head = JournalHead(key)
    let journal = try (self.journal ?? SubmissionRun.defaultJournal(of: self.file)).map { try Journal(path: $0) }
    let mode: SubmissionPlan.Mode = resume ? .resume : again ? .again : .once
    let plan = try SubmissionPlan.make(mode, file.transactions, journal?.history ?? JournalHistory(), head: head)
    if plan.isNew { try journal?.begin(head) } else { try journal?.resume() }
    let run = SubmissionRun(
      session: session,
      journal: journal,
      plan: plan,
      total: file.transactions.count,
      keepsGoing: keepGoing,
      printsResult: full,
      marks: journal != nil && !withoutMarks
    )
    run.run()
    let summary = SubmissionSummary(run, of: file)
    Output.printError(common.json ? summary.json.text : summary.text)
    throw ExitCode(summary.status)
  }

  /// Throws if a transaction is invalid, after printing the errors of all of them.
  private func requireValid(_ file: TransactionFile, _ token: Token) throws(Failure) {
    var faults: [String] = []
    for (transaction, verdict) in file.check(token: token) {
      switch verdict {
      case .invalid(let message): faults.append("\(file.place(transaction)): \(message)")
      case .valid(let warnings):
        if !common.json { for text in warnings { Output.printError("\(file.place(transaction)): warning: \(text)") } }
      }
    }
    guard let last = faults.popLast() else { return }
    if !common.json { for fault in faults { Output.printError(fault) } }
    let count = faults.isEmpty ? "1 transaction is" : "\(faults.count + 1) transactions are"
    throw Failure(.usage, "\(last); \(count) invalid, and nothing was sent")
  }
}

/// `peerid check`
struct Check: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Check operations without sending anything.",
    discussion: "Reads the same files as submit. Prints one line for each transaction. Needs no server and no session."
  )

  @Argument(help: "The file; - is standard input.", completion: .file())
  var file: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let file = try TransactionFile(path: file)
    let verdicts = file.check()
    for (transaction, verdict) in verdicts {
      Output.print(common.json ? json(transaction, verdict).text : text(transaction, verdict, file.place(transaction)))
    }
    guard verdicts.allSatisfy(\.verdict.isValid) else { throw ExitCode(ExitStatus.usage.rawValue) }
  }

  private func json(_ transaction: Transaction, _ verdict: TransactionFile.Verdict) -> JSON {
    var members: [(String, JSON)] = [
      ("n", .integer(Int64(transaction.number))), ("line", .integer(Int64(transaction.line))),
      ("valid", .bool(verdict.isValid)),
    ]
    switch verdict {
    case .invalid(let message): members.append(("message", .string(message)))
    case .valid(let warnings): members.append(("warnings", .array(warnings.map { .string($0) })))
    }
    return .object(members)
  }

  private func text(_ transaction: Transaction, _ verdict: TransactionFile.Verdict, _ place: String) -> String {
    let terminal = Terminal.results
    switch verdict {
    case .invalid(let message): return "\(place): \(terminal.paint("invalid", .red)): \(message)"
    case .valid(let warnings):
      let names = transaction.operationNames.joined(separator: ", ")
      let head = "\(place): \(terminal.paint("valid", .green)): \(names)"
      return ([head] + warnings.map { "\(place): \(terminal.paint("warning", .yellow)): \($0)" }).joined(
        separator: "\n"
      )
    }
  }
}
