internal import PeerID

/// Parses query strings and forms with brackets, such as `params[0][]=a&params[1]=b`, as Express does with `qs` 6.7.
///
/// Strings are compared and split by code points, because Swift treats a syntax character with a combining accent as
/// a different character.
struct NestedParameters {
  /// The limits of `qs`. Express sets different limits for a query and for a form.
  struct Limits {
    /// The maximum nesting of brackets in a key. The rest of the key, with its brackets, becomes a single key.
    let depth: Int
    /// The largest array index. A larger number becomes a key of an object instead of an index.
    let arrayIndex: Int
  }

  private indirect enum Node {
    case text(String)
    /// An array; `nil` is a gap between indexes.
    case list([Node?])
    case map([(key: String, node: Node)])
  }

  private static let parameterLimit = 1_000

  /// A query as a JSON object. All leaves are strings.
  static func parse(_ query: String) -> JSONDocument {
    parse(query, Limits(depth: 5, arrayIndex: 20))
  }

  /// The backend has no limit, but no schema accepts deeper values.
  private static let deepestForm = 32

  /// A form as a JSON object.
  static func parse(form: String) -> JSONDocument {
    let count = form.utf8.count(where: { $0 == UInt8(ascii: "&") }) + 1
    return parse(form, Limits(depth: deepestForm, arrayIndex: max(100, count)))
  }

  private static func parse(_ text: String, _ limits: Limits) -> JSONDocument {
    var flat: [(key: String, node: Node)] = []
    for part in text.unicodeScalars.split(separator: "&").prefix(parameterLimit) {
      let (key, value) = pair(part)
      if let place = flat.firstIndex(where: { $0.key.isSame(as: key) }) {
        flat[place].node = .list(elements(flat[place].node) + [.text(value)])
      } else {
        flat.append((key, .text(value)))
      }
    }
    var root = Node.map([])
    for (key, value) in flat where !key.isEmpty {
      root = merged(root, nested(segments(of: key, limits), value, limits))
    }
    return literal(root).document
  }

  private typealias Text = Substring.UnicodeScalarView

  private static func pair(_ part: Text) -> (key: String, value: String) {
    let ends = part.indices.filter { part[$0] == "=" }
    let behindBracket = ends.first { $0 > part.startIndex && part[part.index(before: $0)] == "]" }
    guard let equals = behindBracket ?? ends.first else { return (decoded(part), "") }
    return (decoded(part[..<equals]), decoded(part[part.index(after: equals)...]))
  }

  /// Decodes a string. If it has an invalid escape, only `+` is decoded.
  private static func decoded(_ text: Text) -> String {
    let plain = String(text)
    return PercentEncoding.decode(plain.utf8)
      ?? String(decoding: plain.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
  }

  /// Splits a key at its brackets: `a[b][]` becomes `a`, `[b]` and `[]`.
  private static func segments(of key: String, _ limits: Limits) -> [String] {
    var segments: [String] = []
    var rest = key.unicodeScalars[...]
    guard let first = bracket(in: rest) else { return [key] }
    if first.lowerBound > rest.startIndex { segments.append(String(rest[..<first.lowerBound])) }
    rest = rest[first.lowerBound...]
    var depth = 0
    while let found = bracket(in: rest) {
      guard depth < limits.depth else {
        segments.append("[" + String(rest[found.lowerBound...]) + "]")
        break
      }
      segments.append(String(rest[found]))
      rest = rest[found.upperBound...]
      depth += 1
    }
    return segments
  }

  /// The next pair of brackets without a bracket inside.
  private static func bracket(in text: Text) -> Range<String.Index>? {
    var open: String.Index?
    for index in text.indices {
      if text[index] == "[" { open = index }
      if text[index] == "]", let start = open { return start..<text.index(after: index) }
    }
    return nil
  }

  private static func nested(_ segments: [String], _ leaf: Node, _ limits: Limits) -> Node {
    segments.reversed().reduce(leaf) { node, segment in
      if segment == "[]" { return .list(elements(node)) }
      let scalars = segment.unicodeScalars
      let isBracketed = scalars.count >= 2 && scalars.first == "[" && scalars.last == "]"
      let name = isBracketed ? String(scalars.dropFirst().dropLast()) : segment
      if isBracketed, let index = Int(name), String(index) == name, 0...limits.arrayIndex ~= index {
        return .list(Array(repeating: nil, count: index) + [node])
      }
      return .map([(name, node)])
    }
  }

  /// The elements that JavaScript's `concat` would append: those of an array, or the node itself.
  private static func elements(_ node: Node) -> [Node?] {
    if case .list(let elements) = node { elements } else { [node] }
  }

  private static func merged(_ target: Node, _ source: Node) -> Node {
    switch (target, source) {
    // An empty string is falsy in JavaScript, so it is omitted.
    case (_, .text("")): return target
    case (.list(let elements), .text): return .list(elements + [source])
    case (.map(let members), .text(let text)):
      return .map(members.filter { !$0.key.isSame(as: text) } + [(text, .text("true"))])
    case (.text, _): return .list([target] + elements(source))
    case (.list(var elements), .list(let others)):
      for (index, other) in others.enumerated() {
        guard let other else { continue }
        while elements.count <= index { elements.append(nil) }
        if let element = elements[index] {
          if isText(element) || isText(other) {
            elements.append(other)
          } else {
            elements[index] = merged(element, other)
          }
        } else {
          elements[index] = other
        }
      }
      return .list(elements)
    case (.list(let elements), .map(let others)):
      let members = elements.enumerated().compactMap { index, node in node.map { (key: String(index), node: $0) } }
      return .map(united(members, others))
    case (.map(let members), .map(let others)): return .map(united(members, others))
    case (.map(let members), .list(let elements)):
      let others = elements.enumerated().compactMap { index, node in node.map { (key: String(index), node: $0) } }
      return .map(united(members, others))
    }
  }

  private static func united(
    _ members: [(key: String, node: Node)],
    _ others: [(key: String, node: Node)]
  ) -> [(key: String, node: Node)] {
    var members = members
    for (key, node) in others {
      if let place = members.firstIndex(where: { $0.key.isSame(as: key) }) {
        members[place].node = merged(members[place].node, node)
      } else {
        members.append((key, node))
      }
    }
    return members
  }

  private static func isText(_ node: Node) -> Bool {
    if case .text = node { true } else { false }
  }

  private static func literal(_ node: Node) -> JSONLiteral {
    switch node {
    case .text(let text): .string(text)
    case .map(let members): .object(members.map { ($0.key, literal($0.node)) })
    // Gaps between indexes are removed.
    case .list(let elements): .array(elements.compactMap { $0.map(literal) })
    }
  }
}
