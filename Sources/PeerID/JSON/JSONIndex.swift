import Glibc

/// Where the values of a JSON text are, in the order of the text: read in one pass, in one piece of memory.
///
/// Integers may be of any size. An object holds each key once, no string holds half of a surrogate pair, and no key a
/// NUL, since servers read these in different ways. A lenient index of an error answer allows all three.
struct JSONIndex {
  struct Node {
    var kind: JSONKind
    /// The range of the value, of a string without its quotes. Positions beyond the end of the text are in `unescaped`.
    var start: UInt32
    var end: UInt32
    /// How many elements or members there are.
    var count: UInt32 = 0
    /// The index of the node after this value and all that it holds. A key is a node of its own before its value.
    var next: UInt32 = 0
    var integer: Int64 = 0
    var fits = false
  }

  /// How deep arrays and objects may be nested: reading recurses, and a small thread has little stack.
  static let maximumDepth = 64
  /// Positions must fit into 32 bits.
  private static let maximumBytes = 1 << 30
  /// The keys of an object with more members are sorted to find duplicates, instead of compared with each other.
  private static let fewMembers = 32

  private let bytes: UnsafeRawBufferPointer
  private var nodes: ContiguousArray<Node> = []
  private let isLenient: Bool
  /// The strings that had escapes, one after the other.
  private var unescaped: Unescaped?

  /// Reads a text, which must stay at its address as long as the index is used.
  init(_ bytes: UnsafeRawBufferPointer, isLenient: Bool = false) throws(JSONSyntaxError) {
    self.bytes = bytes
    self.isLenient = isLenient
    nodes.reserveCapacity(32)
    var scanner = JSONScanner(bytes)
    do throws(JSONScanner.Fault) {
      guard bytes.count <= Self.maximumBytes else { throw JSONScanner.Fault(reason: "it is longer than 1 GB") }
      try scanner.whole { (scanner) throws(JSONScanner.Fault) in try read(&scanner, depth: 0) }
    } catch {
      throw JSONSyntaxError(error, in: bytes, at: scanner.position)
    }
  }

  /// Passes the outermost value to `body`. No value may be kept after `body` returns.
  func withRoot<Result, Failure: Error>(_ body: (Value) throws(Failure) -> Result) throws(Failure) -> Result {
    try nodes.withUnsafeBufferPointer { (nodes) throws(Failure) in
      defer { withExtendedLifetime(unescaped) {} }
      // There is at least one node.
      return try body(Value(text: bytes, unescaped: unescapedBytes, nodes: nodes, place: 0))
    }
  }

  private mutating func read(_ scanner: inout JSONScanner, depth: Int) throws(JSONScanner.Fault) {
    let place = nodes.count
    nodes.append(Node(kind: .null, start: UInt32(scanner.position), end: 0))
    var count: UInt32 = 0
    switch scanner.next {
    case UInt8(ascii: "\""):
      let text = try scanner.string()
      nodes[place].kind = .string
      (nodes[place].start, nodes[place].end) = try self.place(of: text, scanner)
    case UInt8(ascii: "{"):
      nodes[place].kind = .object
      try Self.check(depth)
      try scanner.members { (scanner, key) throws(JSONScanner.Fault) in
        guard !key.hasNUL || isLenient else { throw JSONScanner.Fault(reason: "a key holds a NUL") }
        let (start, end) = try self.place(of: key, scanner)
        let node = nodes.count
        nodes.append(Node(kind: .string, start: start, end: end, next: UInt32(node + 1)))
        if count < Self.fewMembers, !isLenient { try refuse(node, in: place) }
        try read(&scanner, depth: depth + 1)
        count += 1
      }
      if count > Self.fewMembers, !isLenient { try refuseDuplicates(in: place) }
      nodes[place].end = UInt32(scanner.position)
    case UInt8(ascii: "["):
      nodes[place].kind = .array
      try Self.check(depth)
      try scanner.elements { (scanner, _) throws(JSONScanner.Fault) in
        try read(&scanner, depth: depth + 1)
        count += 1
      }
      nodes[place].end = UInt32(scanner.position)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let number = try scanner.number()
      nodes[place].kind = number.isInteger ? .integer : .real
      nodes[place].integer = number.integer ?? 0
      nodes[place].fits = number.integer != nil
      nodes[place].end = UInt32(scanner.position)
    default:
      try scanner.skipPlainValue()
      if bytes[Int(nodes[place].start)] != UInt8(ascii: "n") { nodes[place].kind = .boolean }
    }
    nodes[place].count = count
    nodes[place].next = UInt32(nodes.count)
  }

  private static func check(_ depth: Int) throws(JSONScanner.Fault) {
    guard depth < maximumDepth else {
      throw JSONScanner.Fault(reason: "it is nested more than \(maximumDepth) levels deep")
    }
  }

  /// The range of a string; one with escapes is written to `unescaped` first.
  private mutating func place(
    of text: JSONScanner.Text,
    _ scanner: JSONScanner
  ) throws(JSONScanner.Fault) -> (UInt32, UInt32) {
    guard !text.hasHalfPair || isLenient else {
      throw JSONScanner.Fault(reason: "a text holds half of a surrogate pair")
    }
    guard text.hasEscapes else { return (UInt32(text.range.lowerBound), UInt32(text.range.upperBound)) }
    let target = unescaped ?? Unescaped(capacity: bytes.count)
    unescaped = target
    let start = bytes.count + target.count
    scanner.resolve(text) { target.append($0) }
    return (UInt32(start), UInt32(bytes.count + target.count))
  }

  /// Fails when an object has the key of this node already.
  private func refuse(_ key: Int, in object: Int) throws(JSONScanner.Fault) {
    var place = object + 1
    while place < key {
      guard !text(place).isSame(as: text(key)) else { throw duplicate(key) }
      place = Int(nodes[place + 1].next)
    }
  }

  /// Fails when an object has a key twice.
  private func refuseDuplicates(in object: Int) throws(JSONScanner.Fault) {
    var keys: [Int] = []
    var place = object + 1
    while place < nodes.count {
      keys.append(place)
      place = Int(nodes[place + 1].next)
    }
    keys.sort { text($0).lexicographicallyPrecedes(text($1)) }
    for (one, other) in zip(keys, keys.dropFirst()) where text(one).isSame(as: text(other)) { throw duplicate(one) }
  }

  private func duplicate(_ key: Int) -> JSONScanner.Fault {
    let name = String(decoding: text(key).prefix(60), as: UTF8.self)
    return JSONScanner.Fault(reason: "the key '\(name)' appears more than once", isDuplicateKey: true)
  }

  private func text(_ place: Int) -> UnsafeRawBufferPointer {
    Value.text(nodes[place], bytes, unescapedBytes)
  }

  private var unescapedBytes: UnsafeRawBufferPointer {
    unescaped?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// The strings that had escapes, in memory that never moves and is wiped: they may be secrets.
  private final class Unescaped {
    private let storage: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    /// An escape is longer than the UTF-8 of its character, so the text's length is enough for all of its strings.
    init(capacity: Int) {
      storage = .allocate(byteCount: capacity, alignment: 1)
    }

    deinit {
      if let start = storage.baseAddress { explicit_bzero(start, count) }
      storage.deallocate()
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[..<count]) }

    func append(_ byte: UInt8) {
      storage[count] = byte
      count += 1
    }
  }
}
