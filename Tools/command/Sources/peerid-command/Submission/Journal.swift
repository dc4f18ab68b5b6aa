import FoundationEssentials
import Glibc

/// The record of a run of `submit`: one line before each request and one after each response. Each line is synced to
/// disk before the program continues. However the program ends, the journal tells for each transaction whether it was
/// done, not done, not sent, or may have been done.
final class Journal {
  let path: String
  private let descriptor: Int32
  /// The content of the journal when it was opened.
  private(set) var history: JournalHistory

  /// Opens or creates a journal, and locks it: two simultaneous runs would send everything twice.
  init(path: String) throws(Failure) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("cannot open the journal '\(path)' (see --journal)", errno) }
    do throws(Failure) {
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw Failure(.usage, "the journal '\(path)' is not a regular file")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw Failure(.usage, "the journal '\(path)' is in use: another peerid submits this file")
      }
      history = try JournalHistory(try TextFile.contents(of: descriptor, named: path), path)
    } catch {
      history = JournalHistory()
      close(descriptor)
      throw error
    }
  }

  deinit {
    close(descriptor)
  }

  /// Begins a new run: clears the journal.
  func begin(_ head: JournalHead) throws(Failure) {
    guard ftruncate(descriptor, 0) == 0 else { throw .system("cannot write the journal '\(path)'", errno) }
    history = JournalHistory()
    history.head = head
    try append(head.json)
    try syncDirectory()
  }

  /// Continues the run in the journal, after removing an incomplete last line.
  func resume() throws(Failure) {
    guard ftruncate(descriptor, off_t(history.wholeBytes)) == 0 else {
      throw .system("cannot write the journal '\(path)'", errno)
    }
  }

  /// Records a transaction; returns when the record is on disk.
  func record(_ entry: JournalEntry, _ more: [(String, JSON)] = []) throws(Failure) {
    try append(entry.json(more))
    history.add(entry)
  }

  private func append(_ line: JSON) throws(Failure) {
    guard Output.write(line.text + "\n", to: descriptor), fdatasync(descriptor) == 0 else {
      throw .system("cannot write the journal '\(path)'", errno)
    }
  }

  private func syncDirectory() throws(Failure) {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let parent = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw .system("cannot open '\(directory)'", errno) }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw .system("cannot sync '\(directory)'", errno) }
  }
}

/// The parsed content of a journal.
struct JournalHistory: Equatable {
  var head: JournalHead?
  /// The latest state of each transaction, by number.
  private(set) var states: [Int: TransactionState] = [:]
  /// The transactions as they were sent.
  private(set) var operations: [Int: String] = [:]
  /// The time when each was last sent.
  private(set) var sent: [Int: String] = [:]
  /// The mark that the library took before that.
  private(set) var marks: [Int: String] = [:]
  /// The positions on the chain of those that were done.
  private(set) var places: [Int: ChainPlace] = [:]
  /// The number of bytes in complete lines. The program ended while it wrote an incomplete line.
  private(set) var wholeBytes = 0

  init() {}

  /// Parses a journal. `path` is for messages.
  init(_ content: [UInt8], _ path: String) throws(Failure) {
    guard let end = content.lastIndex(of: UInt8(ascii: "\n")) else { return }
    wholeBytes = end + 1
    let decoder = JSONDecoder()
    for (index, line) in content[...end].split(separator: UInt8(ascii: "\n")).enumerated() {
      if index == 0 {
        guard let head = try? decoder.decode(JournalHead.self, from: Data(line)), head.journal == "peerid submit",
          head.version == 1
        else { throw Failure(.usage, "'\(path)' is not a journal of this program: choose another file with --journal") }
        self.head = head
      } else if let entry = try? decoder.decode(JournalEntry.self, from: Data(line)) {
        add(entry)
      } else {
        throw Failure(.usage, "the journal '\(path)' is damaged in line \(index + 1)")
      }
    }
  }

  mutating func add(_ entry: JournalEntry) {
    states[entry.number] = entry.state
    if let text = entry.operations { operations[entry.number] = text }
    if entry.state == .sending { (sent[entry.number], marks[entry.number]) = (entry.time, entry.mark) }
    if entry.state == .done { places[entry.number] = entry.place }
  }

  /// The transactions that may have been done.
  var unknown: [Int] { states.filter { $0.value.isUnknown }.keys.sorted() }
}
