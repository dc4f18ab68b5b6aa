import ArgumentParser
import Glibc
import PeerID

/// `peerid settle`
struct Settle: Subcommand {
  static let configuration = CommandConfiguration(
    abstract: "Find out whether transactions with an unknown outcome were done.",
    discussion: """
      Reads the journal of a submitted file, looks for each such transaction in the payer's history, and records the \
      result. Nothing is sent again; `peerid submit --resume` sends the transactions that were not done. With --done \
      and --not-done you can record the outcomes that the command cannot find out.
      """
  )

  @Argument(help: "The submitted file.", completion: .file())
  var file: String

  @Flag(help: "Wait until all outcomes are known; a transaction can still be executed minutes after it was sent.")
  var wait = false

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
    guard try TextFile.read(path) != nil else { throw Failure(.usage, "the journal '\(path)' does not exist") }
    let journal = try Journal(path: path)
    if let number = (done + notDone).first(where: { !journal.history.unknown.contains($0) }) {
      throw Failure(.usage, "the outcome of transaction \(number) is not unknown")
    }
    try journal.resume()
    for (numbers, state) in [(done, TransactionState.done), (notDone, .notDone)] {
      for number in numbers { try journal.record(JournalEntry(number, state), [("by", .string("person"))]) }
    }
    if done.isEmpty, notDone.isEmpty, !journal.history.unknown.isEmpty { try findOut(journal) }
    let open = journal.history.unknown
    for number in open where journal.history.marks[number] == nil || !(done + notDone).isEmpty {
      emit(number, "unknown", [("sent_at", .optional(journal.history.sent[number]))], "not checked")
    }
    if open.isEmpty, !common.json { Output.printError("No outcome is unknown.") }
    if !open.isEmpty { throw ExitCode(ExitStatus.unknown.rawValue) }
  }

  /// Looks for each transaction with a mark on the chain.
  private func findOut(_ journal: Journal) throws {
    guard let head = journal.history.head else { return }
    let workspace = try Workspace(common, needsSecret: false)
    let key = workspace.key(workspace.settings.user ?? head.user)
    guard JournalHead(key) == head else {
      throw Failure(
        .usage,
        "the file was submitted for '\(head.user)' with application \(head.clientID) on \(head.server)"
      )
    }
    let session: Session
    do throws(PeerIDError) {
      session = try workspace.client.open(key: key.text)
    } catch {
      throw workspace.explained(error, key)
    }
    for number in journal.history.unknown {
      guard let mark = journal.history.marks[number] else { continue }
      try settle(number, mark, session, journal)
    }
  }

  private func settle(_ number: Int, _ mark: String, _ session: Session, _ journal: Journal) throws {
    while true {
      let settlement: Settlement
      do throws(PeerIDError) {
        settlement = try session.settle(mark)
      } catch {
        throw Failure(error, changesNothing: true)
      }
      // Each of several equal transactions matches a different one on the chain.
      let taken = Array(journal.history.places.values)
      switch SettlementVerdict(settlement, taken: taken) {
      case .done(let place):
        try journal.record(JournalEntry(number, .done, place: place), [("by", .string("settle"))])
        emit(number, "done", Self.members(place), Self.words(place))
      case .notDone:
        try journal.record(JournalEntry(number, .notDone), [("by", .string("settle"))])
        emit(number, "not_done", [], "no block contains it, and none can include it any more")
      case .undecided(let places):
        let found = places.map(Self.words).joined(separator: "; ")
        let members = places.map { JSON.object(Self.members($0)) }
        emit(number, "undecided", [("transactions", .array(members))], "the chain has equal transactions: \(found)")
      case .notYet(let retry) where wait:
        Output.printError("Transaction \(number) may still be executed; checking again in \(retry / 1000) seconds.")
        usleep(useconds_t(clamping: retry * 1000))
        continue
      case .notYet(let retry):
        let words = "it may still be executed; try again in \(retry / 1000) seconds, or use --wait"
        emit(number, "not_yet", [("retry_after_ms", .integer(retry))], words)
      }
      return
    }
  }

  private func emit(_ number: Int, _ state: String, _ members: [(String, JSON)], _ words: String) {
    let json = JSON.object([("n", .integer(Int64(number))), ("state", .string(state))] + members)
    Output.print(common.json ? json.text : "\(number)  \(state)  \(words)")
  }

  private static func members(_ place: ChainPlace) -> [(String, JSON)] {
    [
      ("transaction_id", .optional(place.transactionID)), ("block_num", .optional(place.block)),
      ("trx_num", .optional(place.number)),
    ]
  }

  private static func words(_ place: ChainPlace) -> String {
    let place = (id: place.transactionID ?? "id unknown", block: place.block.map(String.init) ?? "unknown")
    return "\(place.id) in block \(place.block)"
  }
}
