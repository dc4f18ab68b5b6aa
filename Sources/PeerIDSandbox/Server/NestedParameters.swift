internal import PeerID

/// Query strings and forms with brackets, `params[0][]=a&params[1]=b`, read as Express reads them (with `qs`).
struct NestedParameters {
  /// How deep brackets nest; what is deeper would be a key with brackets in it, and is dropped here.
  private static let depthLimit = 16

  private indirect enum Node {
    case text(String)
    case list([(index: Int?, node: Node)])
    case map([(key: String, node: Node)])
  }

  private var root: [(key: String, node: Node)] = []

  private init() {}

  /// The parameters as one JSON object, all leaves of which are strings.
  static func parse(_ text: some StringProtocol) -> JSONDocument {
    var parameters = NestedParameters()
    for pair in PercentCoding.pairs(text) {
      let keys = segments(of: pair.key)
      if let first = keys.first, keys.count <= depthLimit {
        insert(pair.value, keys.dropFirst(), under: first, into: &parameters.root)
      }
    }
    return literal(.map(parameters.root)).document
  }

  /// `a[b][]` as `a`, `b` and nothing.
  private static func segments(of key: String) -> [String] {
    guard let open = key.firstIndex(of: "["), open != key.startIndex else { return key.isEmpty ? [] : [key] }
    var segments = [String(key[..<open])]
    var rest = key[open...]
    while rest.first == "[", let close = rest.firstIndex(of: "]") {
      segments.append(String(rest[rest.index(after: rest.startIndex)..<close]))
      rest = rest[rest.index(after: close)...]
    }
    return segments
  }

  private static func insert(
    _ value: String,
    _ keys: ArraySlice<String>,
    under key: String,
    into members: inout [(key: String, node: Node)]
  ) {
    if let place = members.firstIndex(where: { $0.key == key }) {
      members[place].node = merged(members[place].node, value, keys)
    } else {
      members.append((key, merged(nil, value, keys)))
    }
  }

  private static func merged(_ existing: Node?, _ value: String, _ keys: ArraySlice<String>) -> Node {
    guard let key = keys.first else {
      switch existing {
      case nil: return .text(value)
      case .list(let elements): return .list(elements + [(nil, .text(value))])
      case .some(let node): return .list([(nil, node), (nil, .text(value))])
      }
    }
    let index = Int(key).flatMap { $0 >= 0 && $0 <= 100 ? $0 : nil }
    if key.isEmpty || index != nil, !isMap(existing) {
      var elements: [(index: Int?, node: Node)] = []
      switch existing {
      case .list(let present): elements = present
      case .some(let node): elements = [(nil, node)]
      case nil: break
      }
      if let index, let place = elements.firstIndex(where: { $0.index == index }) {
        elements[place].node = merged(elements[place].node, value, keys.dropFirst())
      } else {
        elements.append((index, merged(nil, value, keys.dropFirst())))
      }
      return .list(elements)
    }
    var members: [(key: String, node: Node)] = []
    switch existing {
    case .map(let present): members = present
    case .list(let elements):
      members = elements.enumerated().map { (String($1.index ?? $0), $1.node) }
    case .text(let text): members = [(text, .text("true"))]
    case nil: break
    }
    insert(value, keys.dropFirst(), under: key, into: &members)
    return .map(members)
  }

  private static func isMap(_ node: Node?) -> Bool {
    if case .map = node { true } else { false }
  }

  private static func literal(_ node: Node) -> JSONLiteral {
    switch node {
    case .text(let text): return .string(text)
    case .map(let members): return .object(members.map { ($0.key, literal($0.node)) })
    case .list(let elements):
      // Elements with a number go to their place, those without follow; holes close.
      let numbered = elements.filter { $0.index != nil }.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
      return .array((numbered + elements.filter { $0.index == nil }).map { literal($0.node) })
    }
  }
}
