/// The query string of a chain read. The server accepts parameters only with bracket keys, and every value is text:
/// `params[0][]=1.3.0&params[1]=true`.
struct ChainReadQuery {
  /// The APIs of a Peerplays node that the server passes on.
  private static let apis = ["database", "network_broadcast", "history", "crypto", "bookie"]
  /// The server's parser treats a larger index as the key of an object.
  private static let largestIndex = 20
  /// The server's parser drops deeper values.
  private static let deepestNesting = 4
  /// The server's parser drops further parameters silently.
  private static let maximumParameters = 1000

  private(set) var text: String
  private let kind: RequestKind
  private var count = 2

  /// Checks a chain read and writes its query string. `parameters` is a JSON array, or empty for none.
  init(api: String, method: String, parameters: UnsafeRawBufferPointer) throws(PeerIDError) {
    guard Self.apis.contains(api) else {
      throw PeerIDError(.invalidArgument, "api '\(api)' is not one of " + Self.apis.joined(separator: ", "))
    }
    guard !method.isEmpty else { throw PeerIDError(.invalidArgument, "method is empty: name a method of the API") }
    kind = api == "network_broadcast" ? .chainBroadcast : .chainRead
    text = "api=" + PercentEncoding.encode(api) + "&method=" + PercentEncoding.encode(method)
    if parameters.isEmpty { return }
    try JSONIndex(argument: parameters, "params are").withRoot { (root) throws(PeerIDError) in try append(all: root) }
  }

  /// The request, which needs no token.
  func request(to endpoints: Endpoints, _ headers: HeaderList) -> HTTPRequest {
    HTTPRequest(kind: kind, url: endpoints.chainRead(query: text), headers: headers, body: nil)
  }

  private mutating func append(all root: JSONIndex.Value) throws(PeerIDError) {
    guard root.kind == .array else { throw PeerIDError(.invalidArgument, "params must be a JSON array") }
    for (index, value) in root.elements.enumerated() {
      guard index <= Self.largestIndex else { throw Self.tooManyElements("params") }
      try append(value, at: "params[\(index)]", depth: 1)
    }
  }

  private mutating func append(_ value: JSONIndex.Value, at path: String, depth: Int) throws(PeerIDError) {
    guard depth <= Self.deepestNesting else {
      throw PeerIDError(.invalidArgument, "\(path) is nested too deeply: the server reads four levels")
    }
    if value.kind == .object || value.kind == .array, value.count == 0 {
      throw PeerIDError(.invalidArgument, "\(path) is empty, which cannot be sent to the server")
    }
    switch value.kind {
    case .null: throw PeerIDError(.invalidArgument, "\(path) is null, which cannot be sent to the server")
    case .object:
      try value.forEachMember { (key, member) throws(PeerIDError) in
        let name = String(utf8: key)
        guard Self.isKey(name) else {
          throw PeerIDError(
            .invalidArgument,
            "\(path) has the key '\(name.cut(to: 60))', which cannot be sent to the server: use a name without brackets"
          )
        }
        try append(member, at: "\(path)[\(name)]", depth: depth + 1)
      }
    case .array:
      let elements = value.elements
      let isFlat = elements.allSatisfy { $0.kind != .array && $0.kind != .object }
      if !isFlat, elements.count > Self.largestIndex { throw Self.tooManyElements(path) }
      for (index, element) in elements.enumerated() {
        try append(element, at: isFlat ? "\(path)[]" : "\(path)[\(index)]", depth: depth + 1)
      }
    case .string: try appendLeaf(value.string ?? "", at: path)
    case .integer, .real: try appendLeaf(value.digits ?? "", at: path)
    case .boolean: try appendLeaf(value.boolean == true ? "true" : "false", at: path)
    }
  }

  /// Whether the server's parser reads the name in brackets as the key of an object. A number would be an array index,
  /// and a bracket would end the key.
  private static func isKey(_ name: String) -> Bool {
    !name.isEmpty && Int64(decimal: name) == nil
      && !name.utf8.contains { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }
  }

  private mutating func appendLeaf(_ value: String, at path: String) throws(PeerIDError) {
    count += 1
    guard count <= Self.maximumParameters else {
      throw PeerIDError(.invalidArgument, "params hold more than \(Self.maximumParameters) values")
    }
    text += "&" + PercentEncoding.encode(path) + "=" + PercentEncoding.encode(value)
  }

  private static func tooManyElements(_ path: String) -> PeerIDError {
    PeerIDError(.invalidArgument, "\(path) holds more than \(largestIndex + 1) elements: the server reads no more")
  }
}
