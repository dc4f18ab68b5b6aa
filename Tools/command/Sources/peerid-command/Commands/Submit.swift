import ArgumentParser
import PeerID

/// `peerid submit`
struct Submit: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Submit operations, each transaction once.",
    discussion: """
      FILE holds JSON values, on a line each or not. Each value becomes one transaction: an operation, an array of \
      operations, or an object with 'operations'. All are checked before the first is sent. A line of JSON is printed \
      for each.

      FILE.journal records every transaction before it is sent and after its answer. After an interruption or a \
      failure, --resume sends what was not done, and nothing that was done or may have been done.
      """
  )

  @Argument(help: "The file; - is standard input.", completion: .file())
  var file: String

  @Flag(help: "Go on with an earlier run: send what was not done.")
  var resume = false

  @Flag(help: "Submit everything once more, also what an earlier run has done.")
  var again = false

  @Flag(help: "Go on after a failure. Without this the first failure stops the run.")
  var keepGoing = false

  @Option(help: ArgumentHelp("The journal, instead of FILE.journal.", valueName: "path"), completion: .file())
  var journal: String?

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
    try Check.report(file, file.faults(token: session.token), asJSON: common.json)
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
      printsResult: full
    )
    run.run()
    let summary = SubmissionSummary(run, of: file)
    Output.printError(common.json ? summary.json.text : summary.text)
    throw ExitCode(summary.status)
  }
}

/// `peerid check`
struct Check: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Check operations without sending anything.",
    discussion: "Takes what submit takes, and prints one line for each transaction. Needs no server and no session."
  )

  @Argument(help: "The file; - is standard input.", completion: .file())
  var file: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let file = try TransactionFile(path: file)
    let faults = file.faults()
    let faulty = Dictionary(uniqueKeysWithValues: faults.map { ($0.transaction.number, $0.message) })
    for transaction in file.transactions {
      let message = faulty[transaction.number]
      if common.json {
        let members: [(String, JSON)] = [
          ("n", .integer(Int64(transaction.number))), ("line", .integer(Int64(transaction.line))),
          ("valid", .bool(message == nil)), ("message", .optional(message)),
        ]
        Output.print(JSON.object(members).text)
      } else if let message {
        Output.print("\(file.place(transaction)): \(Terminal.results.paint("invalid", .red)): \(message)")
      } else {
        let names = transaction.operationNames.joined(separator: ", ")
        Output.print("\(file.place(transaction)): \(Terminal.results.paint("valid", .green)): \(names)")
      }
    }
    if !faults.isEmpty { throw ExitCode(ExitStatus.usage.rawValue) }
  }

  /// Ends the command when there are faults, after telling all of them.
  static func report(_ file: TransactionFile, _ faults: [TransactionFile.Fault], asJSON: Bool) throws(Failure) {
    guard let first = faults.first else { return }
    func line(_ fault: TransactionFile.Fault) -> String { "\(file.place(fault.transaction)): \(fault.message)" }
    if !asJSON { for fault in faults.dropLast(0).dropFirst() { Output.printError(line(fault)) } }
    let count = faults.count == 1 ? "1 transaction is" : "\(faults.count) transactions are"
    throw Failure(.usage, "\(line(first)); \(count) invalid, and nothing was sent")
  }
}
