/// The text of PeerID's answer when the node has refused a transaction:
///
/// ```
/// Assert Exception: d.get_balance(*from_account, asset_type).amount >= op.amount.amount: Insufficient Balance
/// peerplays-crypto  digest <64 hexadecimal digits> transaction <hexadecimal digits> <JSON>
/// ```
///
/// The first line holds the kind of exception, the condition in the node's source and the node's message; newer nodes
/// write `Execution error: ` in front. peerplaysjs-lib adds the second line.
struct NodeMessage {
  private static let digestMark: StaticString = "peerplays-crypto  digest "
  private static let digestLength = 64
  private static let transactionIDLength = 40

  private let text: Bytes
  private let digest: Int?

  init(_ error: JSONValue) {
    text = Bytes(ServerText.whole(error))
    digest = text.index(of: Self.digestMark).map { $0 + Self.digestMark.utf8CodeUnitCount }
  }

  /// The text without the transaction that follows the digest.
  var withoutTransaction: Bytes {
    guard let digest else { return text }
    return Bytes(UnsafeRawBufferPointer(rebasing: text.raw.prefix(digest)))
  }

  /// The id of the transaction that the node refused: the first 20 bytes of its digest.
  var transactionID: Bytes? {
    guard let digest else { return nil }
    let digits = text.raw.dropFirst(digest).prefix(Self.digestLength)
    guard digits.count == Self.digestLength, digits.allSatisfy(Hexadecimal.isDigit) else { return nil }
    return Bytes(UnsafeRawBufferPointer(rebasing: digits.prefix(Self.transactionIDLength)))
  }

  /// The node's message without the kind of exception and the condition, such as `Insufficient Balance`.
  static func reason(in text: String) -> String {
    text.withBytes(reason)
  }

  private static func reason(in text: UnsafeRawBufferPointer) -> String {
    var lines = text.split(separator: UInt8(ascii: "\n")).makeIterator()
    guard let first = lines.next() else { return "" }
    var parts = parts(of: first)
    if parts.allSatisfy({ isAssertion($0) || isRepeated($0) }), let second = lines.next() {
      parts += self.parts(of: second)
    }
    while parts.count > 1, isRepeated(parts[0]) { parts.removeFirst() }
    if parts.count > 1, isAssertion(parts[0]) {
      parts.removeFirst()
      if parts.count > 1 { parts.removeFirst() }
    }
    return parts.map { String(utf8: $0) }.joined(separator: ": ")
  }

  private typealias Part = Slice<UnsafeRawBufferPointer>

  /// Splits the line at each `: ` outside brackets. (Conditions contain colons inside brackets.)
  private static func parts(of line: Part) -> [Part] {
    var parts: [Part] = []
    var depth = 0
    var start = line.startIndex
    var index = start
    while index < line.endIndex {
      let next = line.index(after: index)
      switch line[index] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ":") where depth <= 0 && (next == line.endIndex || line[next] == UInt8(ascii: " ")):
        if start < index { parts.append(line[start..<index]) }
        start = next < line.endIndex ? line.index(after: next) : next
      default: break
      }
      index = next
    }
    if start < line.endIndex { parts.append(line[start...]) }
    return parts
  }

  /// Whether this is a kind of exception that is followed by a condition.
  private static func isAssertion(_ part: Part) -> Bool {
    UnsafeRawBufferPointer(rebasing: part).isSame(as: "Assert Exception")
  }

  /// Whether this is a kind of exception whose name says no more than the text after it.
  private static func isRepeated(_ part: Part) -> Bool {
    let part = Bytes(UnsafeRawBufferPointer(rebasing: part))
    let kinds: [StaticString] = [
      "Execution error", "assert_exception", "missing required ", "insufficient fee", "unspecified",
    ]
    return kinds.contains { part.contains($0) }
  }
}
