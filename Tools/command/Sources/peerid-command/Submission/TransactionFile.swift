import FoundationEssentials
import Glibc
import PeerID

/// One transaction of a file: JSON text that `Session.submit` takes.
struct Transaction: Equatable {
  /// Its place in the file, from 1.
  let number: Int
  /// The line on which it begins, from 1.
  let line: Int
  /// The JSON on one line, without blanks.
  let text: String
}

/// A file of transactions: JSON values one after the other, on a line each or not. Each value becomes one transaction: an
/// operation, an array of operations, or an object with `operations`.
struct TransactionFile {
  /// The path; `-` is standard input.
  let path: String
  let transactions: [Transaction]

  var name: String { path == "-" ? "standard input" : path }

  /// Reads a file as a whole, before anything is sent.
  init(path: String) throws(Failure) {
    self.path = path
    let content: [UInt8]
    if path == "-" {
      content = try TextFile.contents(of: STDIN_FILENO, named: "standard input")
    } else if let found = try TextFile.read(path) {
      content = found
    } else {
      throw Failure(.usage, "there is no file '\(path)'")
    }
    transactions = Self.split(content)
    guard !transactions.isEmpty else { throw Failure(.usage, "\(name) holds no operations") }
  }

  /// Splits text into JSON values. What is not JSON ends at the next line: the check of it says what is wrong.
  static func split(_ content: [UInt8]) -> [Transaction] {
    var found: [Transaction] = []
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var index = content.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    var line = 1
    while index < content.count {
      if JSONLayout.Reader.isBlank(content[index]) {
        if content[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
        continue
      }
      let end = endOfValue(content[index...])
      let value = content[index..<end]
      found.append(
        Transaction(
          number: found.count + 1,
          line: line,
          text: JSONLayout.compact(String(decoding: value, as: UTF8.self))
        )
      )
      line += value.count { $0 == UInt8(ascii: "\n") }
      index = end
    }
    return found
  }

  private static func endOfValue(_ content: ArraySlice<UInt8>) -> Int {
    guard content.first == UInt8(ascii: "{") || content.first == UInt8(ascii: "[") else {
      return content.firstIndex(of: UInt8(ascii: "\n")) ?? content.endIndex
    }
    var (reader, depth) = (JSONLayout.Reader(), 0)
    for (index, byte) in zip(content.indices, content) where !reader.isInText(byte) {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
    }
    return content.endIndex
  }

  /// A transaction that cannot be sent, and why.
  struct Fault: Equatable {
    let transaction: Transaction
    let message: String
  }

  /// Checks all transactions without sending anything.
  ///
  /// - Parameter token: whose scope is compared as well; `nil`: none.
  /// - Returns: the faults, at most one for each transaction.
  func faults(token: Token? = nil) -> [Fault] {
    transactions.compactMap { transaction in
      do throws(PeerIDError) {
        try Operations.check(transaction.text)
      } catch {
        return Fault(transaction: transaction, message: error.message)
      }
      guard let token, let name = transaction.operationNames.first(where: { !token.permits($0) }) else { return nil }
      return Fault(transaction: transaction, message: "the user has not granted '\(name)' to the application")
    }
  }

  /// Where a transaction is, for messages.
  func place(_ transaction: Transaction) -> String { "\(name):\(transaction.line)" }
}

extension Transaction {
  /// The names of its operations, in their order.
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
