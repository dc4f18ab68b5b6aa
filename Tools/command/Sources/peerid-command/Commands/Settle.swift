import ArgumentParser

/// `peerid settle`
struct Settle: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "List transactions whose outcome is unknown, and record what was found out.",
    discussion: """
      Reads the journal of a file that was submitted. Look at the history of the account that paid, for instance with \
      `peerid read history get_account_history 1.2.31 1.11.0 100 1.11.0`, and record each transaction as done or not \
      done. `peerid submit --resume` then sends those that were not done.
      """
  )

  @Argument(help: "The file that was submitted.", completion: .file())
  var file: String

  @Option(parsing: .singleValue, help: ArgumentHelp("This transaction was done. May be repeated.", valueName: "n"))
  var done: [Int] = []

  @Option(parsing: .singleValue, help: ArgumentHelp("This transaction was not done. May be repeated.", valueName: "n"))
  var notDone: [Int] = []

  @Option(help: ArgumentHelp("The journal, instead of FILE.journal.", valueName: "path"), completion: .file())
  var journal: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let both = done.first(where: notDone.contains) {
      throw ValidationError("transaction \(both) cannot be both done and not done")
    }
  }

  func run() throws {
    let path = journal ?? file + ".journal"
    guard try TextFile.read(path) != nil else { throw Failure(.usage, "there is no journal '\(path)'") }
    let journal = try Journal(path: path)
    if let number = (done + notDone).first(where: { !journal.history.unknown.contains($0) }) {
      throw Failure(.usage, "the outcome of transaction \(number) is not unknown")
    }
    if !done.isEmpty || !notDone.isEmpty { try journal.resume() }
    let time = SessionDescription.timestamp(SessionDescription.now)
    for (numbers, state) in [(done, TransactionState.done), (notDone, .notDone)] {
      for number in numbers {
        try journal.record(JournalEntry(number: number, state: state, time: time), [("by", .string("settle"))])
      }
    }
    let history = journal.history
    for number in history.unknown {
      let (operations, sent) = (history.operations[number] ?? "", history.sent[number] ?? "")
      if common.json {
        let members: [(String, JSON)] = [
          ("n", .integer(Int64(number))), ("sent_at", .string(sent)), ("operations", .verbatim(operations)),
        ]
        Output.print(JSON.object(members).text)
      } else {
        Output.print("\(number)  sent \(sent)  \(operations)")
      }
    }
    if history.unknown.isEmpty {
      Output.printError("No outcome is unknown.")
    } else {
      throw ExitCode(ExitStatus.unknown.rawValue)
    }
  }
}
