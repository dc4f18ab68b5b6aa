/// The positions of all values of a JSON text, in the order of the text. The index is built in one pass and uses one
/// block of memory.
///
/// Integers may be of any size. Repeated keys, halves of surrogate pairs, and NULs in keys are errors, because servers
/// read them in different ways.
struct JSONIndex {
  struct Node {
    var kind: JSONValue.Kind
    /// The range of the value; for a string, without its quotes. Positions beyond the end of the text are in
    /// `unescaped`.
    var start: UInt32
    var end: UInt32
    /// The number of elements or members.
    var count: UInt32 = 0
    /// The index of the node after this value and everything inside it. A key is a separate node before its value.
    var next: UInt32 = 0
    var integer: Int64 = 0
    var fits = false
  }

  /// Positions must fit into 32 bits.
  private static let maximumBytes = 1 << 30
  /// In an object with more members than this, duplicates are found by sorting the keys.
  private static let fewMembers = 32
  /// For text longer than this, in bytes, the index first checks that memory is available.
  private static let longText = 64 << 10
  /// The additional memory that these checks require, in bytes.
  private static let spare = 1 << 20

  private let bytes: UnsafeRawBufferPointer
  private var nodes: ContiguousArray<Node> = []
  /// The strings that had escapes, decoded, one after another.
  private var unescaped: ContiguousArray<UInt8> = []

  /// Indexes a text, which must stay at its address as long as the index is used.
  init(_ bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
    self.bytes = bytes
    var scanner = JSONScanner(bytes)
    do throws(JSONScanner.Fault) {
      guard bytes.count <= Self.maximumBytes else { throw JSONScanner.Fault(reason: "it is longer than 1 GB") }
      try reserve()
      try scanner.whole { (scanner) throws(JSONScanner.Fault) in try read(&scanner, depth: 0) }
    } catch {
      throw JSONSyntaxError(error, in: bytes, at: scanner.position)
    }
  }

  /// Passes the outermost value to `body`. No value may be kept after `body` returns.
  func withRoot<Result, Failure: Error>(_ body: (Value) throws(Failure) -> Result) throws(Failure) -> Result {
    try nodes.withUnsafeBufferPointer { (nodes) throws(Failure) in
      try unescaped.withUnsafeBufferPointer { (unescaped) throws(Failure) in
        // A parsed text has at least one node.
        try body(Value(text: bytes, unescaped: UnsafeRawBufferPointer(unescaped), nodes: nodes, place: 0))
      }
    }
  }

  /// Reserves memory for the nodes. A long text is refused if there is not enough memory, because Swift would end the
  /// process.
  private mutating func reserve() throws(JSONScanner.Fault) {
    guard bytes.count > Self.longText else { return nodes.reserveCapacity(32) }
    let (comma, colon) = (UInt8(ascii: ","), UInt8(ascii: ":"))
    let (array, object) = (UInt8(ascii: "["), UInt8(ascii: "{"))
    let most = 1 + bytes.count { $0 == comma || $0 == colon || $0 == array || $0 == object }
    // Memory for the nodes, for the strings without their escapes, and for the copy that is sent.
    let needed = most * MemoryLayout<Node>.stride + 2 * bytes.count + Self.spare
    guard Bytes(largeCapacity: needed, filledBy: { _ in 0 }) != nil else {
      throw JSONScanner.Fault(reason: "memory ran out", isOutOfMemory: true)
    }
    nodes.reserveCapacity(most)
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
        guard !key.hasNUL else { throw JSONScanner.Fault(reason: "a key holds a NUL") }
        let (start, end) = try self.place(of: key, scanner)
        let node = nodes.count
        nodes.append(Node(kind: .string, start: start, end: end, next: UInt32(node + 1)))
        if count < Self.fewMembers { try refuse(node, in: place) }
        try read(&scanner, depth: depth + 1)
        count += 1
      }
      if count > Self.fewMembers { try refuseDuplicates(in: place) }
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
    guard depth < JSONDocument.maximumDepth else {
      throw JSONScanner.Fault(reason: "it is nested more than 64 levels deep")
    }
  }

  /// The range of a string. A string with escapes is first decoded into `unescaped`.
  private mutating func place(
    of text: JSONScanner.Text,
    _ scanner: JSONScanner
  ) throws(JSONScanner.Fault) -> (UInt32, UInt32) {
    guard !text.hasHalfPair else { throw JSONScanner.Fault(reason: "a text holds half of a surrogate pair") }
    guard text.hasEscapes else { return (UInt32(text.range.lowerBound), UInt32(text.range.upperBound)) }
    let start = bytes.count + unescaped.count
    scanner.append(text, to: &unescaped)
    return (UInt32(start), UInt32(bytes.count + unescaped.count))
  }

  /// Fails if an object already has the key of this node.
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
    let name = String(utf8: text(key).prefix(60))
    return JSONScanner.Fault(reason: "the key '\(name)' appears more than once", isDuplicateKey: true)
  }

  private func text(_ place: Int) -> UnsafeRawBufferPointer {
    unescaped.withUnsafeBytes { Value.text(nodes[place], bytes, $0) }
  }
}
