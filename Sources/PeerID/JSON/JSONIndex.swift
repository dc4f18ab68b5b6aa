/// Where the values of a plain JSON text are, in the order of the text: read in one pass, in one piece of memory.
///
/// Strings have no escapes, keys come once, and integers fit: everything else is left to jansson, as `JSONScanner` says.
struct JSONIndex {
  fileprivate struct Node {
    var kind: JSONValue.Kind
    /// Where the value is; a string without its quotes.
    var start: UInt32
    var end: UInt32
    /// How many elements or members there are.
    var count: UInt32 = 0
    /// The node behind this value and all that it holds. Keys are nodes of their own, in front of their values.
    var next: UInt32 = 0
    var integer: Int64 = 0
  }

  /// Longer texts are not worth the trouble, and their places must fit.
  private static let maximumBytes = 1 << 24
  /// Keys are compared with each other; objects with more of them are left to jansson.
  private static let maximumMembers = 64

  private let bytes: UnsafeRawBufferPointer
  private var nodes: ContiguousArray<Node> = []

  /// Reads a text, which must stay where it is as long as the index is used. `nil` for whatever is not plain.
  init?(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    guard bytes.count <= Self.maximumBytes else { return nil }
    nodes.reserveCapacity(32)
    var scanner = JSONScanner(bytes)
    do throws(JSONScanner.Unusual) {
      try scanner.whole { (scanner) throws(JSONScanner.Unusual) in try read(&scanner) }
    } catch {
      return nil
    }
  }

  /// Lends the outermost value to `body`. No value may be kept longer than that.
  func withRoot<Result, Failure: Error>(_ body: (Value) throws(Failure) -> Result) throws(Failure) -> Result {
    try nodes.withUnsafeBufferPointer { (nodes) throws(Failure) in
      // There is one node at least.
      try body(Value(text: bytes, nodes: nodes, place: 0))
    }
  }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONScanner.Unusual) {
    let place = nodes.count
    nodes.append(Node(kind: .null, start: UInt32(scanner.position), end: 0))
    var count: UInt32 = 0
    switch scanner.next {
    case UInt8(ascii: "\""):
      let text = try scanner.string()
      guard !text.hasEscapes else { throw JSONScanner.Unusual() }
      nodes[place].kind = .string
      nodes[place].start = UInt32(text.range.lowerBound)
      nodes[place].end = UInt32(text.range.upperBound)
    case UInt8(ascii: "{"):
      nodes[place].kind = .object
      try scanner.members { (scanner, key) throws(JSONScanner.Unusual) in
        let isNew = !key.hasEscapes && count < Self.maximumMembers && !hasMember(place, key.range)
        guard isNew else { throw JSONScanner.Unusual() }
        let start = UInt32(key.range.lowerBound)
        nodes.append(
          Node(kind: .string, start: start, end: UInt32(key.range.upperBound), next: UInt32(nodes.count + 1))
        )
        try read(&scanner)
        count += 1
      }
    case UInt8(ascii: "["):
      nodes[place].kind = .array
      try scanner.elements { (scanner, _) throws(JSONScanner.Unusual) in
        try read(&scanner)
        count += 1
      }
    case UInt8(ascii: "t"), UInt8(ascii: "f"):
      nodes[place].kind = .boolean
      try scanner.skipValue()
    case UInt8(ascii: "n"): try scanner.skipValue()
    default:
      let integer = try scanner.number()
      nodes[place].kind = integer == nil ? .real : .integer
      nodes[place].integer = integer ?? 0
      nodes[place].end = UInt32(scanner.position)
    }
    nodes[place].count = count
    nodes[place].next = UInt32(nodes.count)
  }

  /// Whether an object that is being read has this key already.
  private func hasMember(_ object: Int, _ key: Range<Int>) -> Bool {
    var place = object + 1
    while place < nodes.count {
      if text(place).isSame(as: UnsafeRawBufferPointer(rebasing: bytes[key])) { return true }
      place = Int(nodes[place + 1].next)
    }
    return false
  }

  private func text(_ place: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[Int(nodes[place].start)..<Int(nodes[place].end)])
  }

  /// One value of the text.
  struct Value: JSONReadable {
    fileprivate let text: UnsafeRawBufferPointer
    fileprivate let nodes: UnsafeBufferPointer<Node>
    fileprivate let place: Int

    private var node: Node { nodes[place] }

    private func at(_ place: Int) -> Value { Value(text: text, nodes: nodes, place: place) }

    private func text(_ place: Int) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: text[Int(nodes[place].start)..<Int(nodes[place].end)])
    }

    var kind: JSONValue.Kind { node.kind }

    var integer: Int64? { node.kind == .integer ? node.integer : nil }

    var number: Double? {
      switch node.kind {
      case .integer: Double(node.integer)
      case .real: Double(String(decoding: text(place), as: UTF8.self))
      default: nil
      }
    }

    var boolean: Bool? { node.kind == .boolean ? text[Int(node.start)] == UInt8(ascii: "t") : nil }

    var utf8: UnsafeRawBufferPointer? { node.kind == .string ? text(place) : nil }

    var count: Int { Int(node.count) }

    subscript(position: Int) -> Value? {
      guard node.kind == .array, 0..<count ~= position else { return nil }
      var place = place + 1
      for _ in 0..<position { place = Int(nodes[place].next) }
      return at(place)
    }

    func forEachElement<Failure: Error>(_ body: (Value) throws(Failure) -> Void) throws(Failure) {
      guard node.kind == .array else { return }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        try body(at(place))
        place = Int(nodes[place].next)
      }
    }

    func member(_ key: JSONKey) -> Value? {
      guard node.kind == .object else { return nil }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        if key.matches(text(place)) { return at(place + 1) }
        place = Int(nodes[place + 1].next)
      }
      return nil
    }

    func forEachMember<Failure: Error>(
      _ body: (UnsafeRawBufferPointer, Value) throws(Failure) -> Void
    ) throws(Failure) {
      guard node.kind == .object else { return }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        try body(text(place), at(place + 1))
        place = Int(nodes[place + 1].next)
      }
    }
  }
}
