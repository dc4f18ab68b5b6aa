extension JSONIndex {
  /// One value of the text.
  struct Value {
    let text: UnsafeRawBufferPointer
    let unescaped: UnsafeRawBufferPointer
    let nodes: UnsafeBufferPointer<Node>
    let place: Int

    private var node: Node { nodes[place] }

    private func at(_ place: Int) -> Value {
      Value(text: text, unescaped: unescaped, nodes: nodes, place: place)
    }

    static func text(
      _ node: Node,
      _ text: UnsafeRawBufferPointer,
      _ unescaped: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
      let (start, end) = (Int(node.start), Int(node.end))
      return start < text.count
        ? UnsafeRawBufferPointer(rebasing: text[start..<end])
        : UnsafeRawBufferPointer(rebasing: unescaped[(start - text.count)..<(end - text.count)])
    }

    /// What kind of value this is. An integer may be of any size.
    var kind: JSONValue.Kind { node.kind }

    /// The integer, if this is one and fits into 64 bits.
    var integer: Int64? { node.kind == .integer && node.fits ? node.integer : nil }

    /// The digits of a number, as they were written.
    var digits: String? {
      node.kind == .integer || node.kind == .real
        ? String(utf8: Self.text(node, text, unescaped)) : nil
    }

    /// The truth value, if this is one.
    var boolean: Bool? { node.kind == .boolean ? text[Int(node.start)] == UInt8(ascii: "t") : nil }

    /// The UTF-8 of a string, valid as long as the text.
    var utf8: UnsafeRawBufferPointer? { node.kind == .string ? Self.text(node, text, unescaped) : nil }

    /// The text, if this is a string.
    @inline(never)
    var string: String? { utf8.map { String(utf8: $0) } }

    /// The number of elements of an array or members of an object; 0 for every other kind.
    var count: Int { Int(node.count) }

    /// The element of an array at this index; `nil` past its end. Takes time proportional to the index.
    subscript(position: Int) -> Value? {
      guard node.kind == .array, 0..<count ~= position else { return nil }
      var place = place + 1
      for _ in 0..<position { place = Int(nodes[place].next) }
      return at(place)
    }

    /// The elements of an array; empty for every other kind.
    var elements: [Value] {
      var elements: [Value] = []
      elements.reserveCapacity(node.kind == .array ? count : 0)
      forEachElement { elements.append($0) }
      return elements
    }

    /// Calls `body` for each element of an array.
    func forEachElement<Failure: Error>(_ body: (Value) throws(Failure) -> Void) throws(Failure) {
      guard node.kind == .array else { return }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        try body(at(place))
        place = Int(nodes[place].next)
      }
    }

    /// The member of an object with this key.
    func member(_ key: StaticString) -> Value? {
      member(UnsafeRawBufferPointer(key))
    }

    /// The member of an object with this key.
    func member(_ key: JSONKey) -> Value? { withExtendedLifetime(key) { member(key.bytes.raw) } }

    /// The member of an object with this key.
    func member(_ key: String) -> Value? { key.withBytes { member($0) } }

    /// The text of the value as it was written.
    var source: UnsafeRawBufferPointer {
      let (start, end) = (Int(node.start), Int(node.end))
      return kind == .string ? text : UnsafeRawBufferPointer(rebasing: text[start..<max(start, end)])
    }

    /// The member of an object with this key.
    @inline(never)
    func member(_ key: UnsafeRawBufferPointer) -> Value? {
      guard node.kind == .object else { return nil }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        if Self.text(nodes[place], text, unescaped).isSame(as: key) { return at(place + 1) }
        place = Int(nodes[place + 1].next)
      }
      return nil
    }

    /// Calls `body` for each member of an object, in the order of the text, with the key's UTF-8.
    func forEachMember<Failure: Error>(
      _ body: (UnsafeRawBufferPointer, Value) throws(Failure) -> Void
    ) throws(Failure) {
      guard node.kind == .object else { return }
      let end = Int(node.next)
      var place = place + 1
      while place < end {
        try body(Self.text(nodes[place], text, unescaped), at(place + 1))
        place = Int(nodes[place + 1].next)
      }
    }
  }
}
