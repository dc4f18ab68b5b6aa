import FoundationEssentials
import PeerID

/// The state of a transaction.
enum TransactionState: String, Decodable, CaseIterable {
  /// Written before the transaction is sent. Without a later entry, its outcome is unknown.
  case sending
  case done
  /// The server has prepared the transaction and waits for the confirmation. For applications whose users sign each
  /// request.
  case needsConfirmation = "needs_confirmation"
  /// The server or the chain answered that the transaction was not done.
  case notDone = "not_done"
  case notSent = "not_sent"
  /// It may have been done.
  case unknown

  init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .notSent: .notSent
      case .notDone: .notDone
      // Also for outcomes that a newer library adds.
      default: .unknown
      }
  }

  /// Whether sending the transaction again could do it twice.
  var forbidsSending: Bool { self != .notDone && self != .notSent }

  /// Whether nothing is left to submit.
  var isComplete: Bool { self == .done || self == .needsConfirmation }

  /// Whether it may have been done.
  var isUnknown: Bool { self == .sending || self == .unknown }
}

/// The position of a transaction on the chain.
struct ChainPlace: Equatable {
  var transactionID: String?
  var block: Int64?
  var number: Int64?

  /// Whether both are the same transaction.
  func isSame(as other: ChainPlace) -> Bool {
    if let transactionID, let id = other.transactionID { return transactionID == id }
    return block != nil && block == other.block && number == other.number
  }
}

/// A journal entry about one transaction. Later entries replace earlier ones.
struct JournalEntry: Decodable, Equatable {
  let number: Int
  let state: TransactionState
  /// The time of the entry.
  let time: String
  /// The transaction. Only the entry that is written before the transaction is sent has it.
  var operations: String?
  /// The mark that the library took before the transaction was sent, for settling its outcome later.
  var mark: String?
  var place = ChainPlace()

  private enum Key: String, CodingKey {
    case number = "n"
    case state
    case time
    case operations
    case mark
    case transactionID = "transaction_id"
    case block = "block_num"
    case place = "trx_num"
  }

  init(
    _ number: Int,
    _ state: TransactionState,
    operations: String? = nil,
    mark: String? = nil,
    place: ChainPlace? = nil
  ) {
    self.number = number
    self.state = state
    time = SessionDescription.timestamp(SessionDescription.now)
    self.operations = operations
    self.mark = mark
    self.place = place ?? ChainPlace()
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    number = try container.decode(Int.self, forKey: .number)
    state = try container.decode(TransactionState.self, forKey: .state)
    time = try container.decode(String.self, forKey: .time)
    operations = try container.decodeIfPresent(String.self, forKey: .operations)
    mark = try container.decodeIfPresent(String.self, forKey: .mark)
    place.transactionID = try container.decodeIfPresent(String.self, forKey: .transactionID)
    place.block = try container.decodeIfPresent(Int64.self, forKey: .block)
    place.number = try container.decodeIfPresent(Int64.self, forKey: .place)
  }

  /// The line in the journal.
  func json(_ more: [(String, JSON)] = []) -> JSON {
    var members: [(Key, JSON)] = [
      (.number, .integer(Int64(number))), (.state, .string(state.rawValue)), (.time, .string(time)),
    ]
    if let operations { members.append((.operations, .string(operations))) }
    if let mark { members.append((.mark, .string(mark))) }
    if let id = place.transactionID { members.append((.transactionID, .string(id))) }
    if let block = place.block { members.append((.block, .integer(block))) }
    if let number = place.number { members.append((.place, .integer(number))) }
    return .object(members.map { ($0.0.rawValue, $0.1) } + more)
  }
}

/// The first line of a journal: the user, the application and the server.
struct JournalHead: Decodable, Equatable {
  var journal = "peerid submit"
  var version = 1
  let user: String
  let clientID: String
  let server: String

  enum CodingKeys: String, CodingKey {
    case journal
    case version
    case user
    case clientID = "client_id"
    case server
  }

  init(_ key: SessionKey) {
    (user, clientID, server) = (key.user, key.clientID, key.baseURL)
  }

  var json: JSON {
    .object([
      ("journal", .string(journal)), ("version", .integer(Int64(version))), ("user", .string(user)),
      ("client_id", .string(clientID)), ("server", .string(server)),
    ])
  }

  var key: SessionKey { SessionKey(user: user, clientID: clientID, baseURL: server) }
}
