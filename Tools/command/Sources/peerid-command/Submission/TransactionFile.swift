import FoundationEssentials
import Glibc
import PeerID

/// One transaction of a file: JSON text for `Session.submit`.
struct Transaction: Equatable {
  /// Its number in the file, from 1.
  let number: Int
  /// The line where it begins, from 1.
  let line: Int
  /// The JSON on one line, without white space.
  let text: String
  /// The JSON as it is in the file, so that errors name the position in the file.
  var source: Substring
}

/// A file of transactions: a sequence of JSON values. Each value is one transaction: an operation, an array of
/// operations, or an object with `operations`.
struct TransactionFile {
  /// The path; `-` is standard input.
  let path: String
  let transactions: [Transaction]
  let name: String

  /// Reads the whole file, before anything is sent.
  init(path: String) throws(Failure) {
    self.path = path
    name = path == "-" ? "standard input" : path
    let content: [UInt8]
    if path == "-" {
      content = try TextFile.contents(of: STDIN_FILENO, named: "standard input")
    } else if let found = try TextFile.read(path) {
      content = found
    } else {
      throw Failure(.usage, "the file '\(path)' does not exist")
    }
    guard let text = String(validating: content, as: UTF8.self) else { throw Failure(.usage, "\(name) is not UTF-8") }
    transactions = Self.split(text)
    guard !transactions.isEmpty else { throw Failure(.usage, "\(name) contains no operations") }
  }

  /// Splits text into JSON values. If a value is not JSON, the next one begins on the next line; the later check of the
  /// operations reports the error.
  static func split(_ text: String) -> [Transaction] {
    var found: [Transaction] = []
    var (rest, line) = (text[...], 1)
    if rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
    while let first = rest.utf8.first {
      let end = JSONLayout.Reader.isBlank(first) ? rest.utf8.index(after: rest.startIndex) : endOfValue(rest.utf8)
      let value = rest[..<end]
      if !JSONLayout.Reader.isBlank(first) {
        let number = found.count + 1
        found.append(Transaction(number: number, line: line, text: JSONLayout.compact(value), source: value))
      }
      line += value.utf8.count { $0 == UInt8(ascii: "\n") }
      rest = rest[end...]
    }
    return found
  }

  private static func endOfValue(_ text: Substring.UTF8View) -> String.Index {
    guard text.first == UInt8(ascii: "{") || text.first == UInt8(ascii: "[") else {
      return text.firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
    }
    var (reader, depth) = (JSONLayout.Reader(), 0)
    for index in text.indices where !reader.isInText(text[index]) {
      switch text[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return text.index(after: index) }
      default: break
      }
    }
    return text.endIndex
  }

  /// The result of checking a transaction.
  enum Verdict: Equatable {
    case valid(warnings: [String])
    case invalid(String)

    var isValid: Bool { if case .valid = self { true } else { false } }
  }

  /// Checks all transactions without sending anything.
  ///
  /// - Parameter token: the token whose scope is also checked; `nil`: none.
  /// - Returns: a result for each transaction.
  func check(token: Token? = nil) -> [(transaction: Transaction, verdict: Verdict)] {
    transactions.map { transaction in
      do throws(PeerIDError) {
        let warnings = try Operations.check(String(transaction.source))
        guard let token, let name = transaction.operationNames.first(where: { !token.permits($0) }) else {
          return (transaction, .valid(warnings: warnings))
        }
        return (transaction, .invalid("the user has not granted '\(name)' to the application"))
      } catch {
        return (transaction, .invalid(error.message))
      }
    }
  }

  /// The position of a transaction, for messages.
  func place(_ transaction: Transaction) -> String { "\(name):\(transaction.line)" }
}

extension Transaction {
  /// The names of its operations, in order.
  var operationNames: [String] {
    struct Operation: Decodable {
      let op_name: String
    }
    struct Wrapped: Decodable {
      let operations: [Operation]
    }
    let (decoder, data) = (JSONDecoder(), Data(text.utf8))
    let operations =
      (try? decoder.decode([Operation].self, from: data))
      ?? (try? decoder.decode(Wrapped.self, from: data))?.operations
      ?? (try? decoder.decode(Operation.self, from: data)).map { [$0] } ?? []
    return operations.map(\.op_name)
  }
}
