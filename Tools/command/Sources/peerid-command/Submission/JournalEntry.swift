import FoundationEssentials
import PeerID

/// How far a transaction has come.
enum TransactionState: String, Codable, CaseIterable {
  /// Written before it is sent. Without a later entry nobody knows how it ended.
  case sending
  case done
  /// The server has prepared it, and does nothing before the confirmation. For applications whose users sign each request.
  case needsConfirmation = "needs_confirmation"
  /// The server or the chain did not do it.
  case notDone = "not_done"
  case notSent = "not_sent"
  /// It may have been done.
  case unknown

  init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .notSent: .notSent
      case .notDone: .notDone
      // Also an outcome that a newer library adds.
      default: .unknown
      }
  }

  /// Whether sending the transaction again could do it twice.
  var forbidsSending: Bool { self != .notDone && self != .notSent }

  /// Whether there is nothing left to submit.
  var isComplete: Bool { self == .done || self == .needsConfirmation }

  /// Whether it may have been done, but nobody knows.
  var isUnknown: Bool { self == .sending || self == .unknown }
}

/// What the journal says of one transaction, newest entry last.
struct JournalEntry: Codable, Equatable {
  let number: Int
  let state: TransactionState
  /// When it was written.
  let time: String
  /// The transaction, with the entry before it is sent.
  var operations: String?
  var transactionID: String?

  enum CodingKeys: String, CodingKey {
    case number = "n"
    case state
    case time
    case operations
    case transactionID = "transaction_id"
  }

  /// The line of the journal.
  func json(_ more: [(String, JSON)] = []) -> JSON {
    var members: [(String, JSON)] = [
      ("n", .integer(Int64(number))), ("state", .string(state.rawValue)), ("time", .string(time)),
    ]
    if let operations { members.append(("operations", .string(operations))) }
    if let transactionID { members.append(("transaction_id", .string(transactionID))) }
    return .object(members + more)
  }
}

/// The first line of a journal: for whom and where the transactions are sent.
struct JournalHead: Codable, Equatable {
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
