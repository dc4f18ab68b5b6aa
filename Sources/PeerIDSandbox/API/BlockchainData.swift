internal import PeerID

/// `GET /app/blockchain-data`: calls of the node's APIs, answered from the sandbox's own chain.
extension SandboxState {
  func blockchainData(_ request: HTTPRequest) throws(Refusal) -> JSONLiteral {
    let query = NestedParameters.parse(request.query)
    var fields = FieldReader(query.root)
    let apis = ["database", "network_broadcast", "history", "crypto", "bookie"]
    let api: String? = fields.read("api") { value throws(SchemaFault) in
      guard let api = value.string, apis.contains(api) else {
        throw SchemaFault("must be one of [\(apis.joined(separator: ", "))]")
      }
      return api
    }
    let method = fields.string("method")
    var parameters: [JSONValue] = []
    if query.root["params"] != nil {
      parameters =
        fields.read("params") { value throws(SchemaFault) in
          guard value.kind == .array else { throw SchemaFault("must be an array") }
          return value.elements
        } ?? []
    }
    try fields.finish()
    let call = ChainCall(method: method, parameters: parameters)
    let result =
      switch api {
      case "history": historyAnswer(call) ?? testAnswer(call)
      case "database": databaseAnswer(call) ?? tokenAnswer(call) ?? blockAnswer(call) ?? testAnswer(call)
      default: testAnswer(call)
      }
    guard let result else {
      throw Refusal(500, .string("method->second != _by_name.end(): no method with name '\(method)'"))
    }
    return result
  }

  /// Methods that only the sandbox has, to test how parameters and results are transmitted.
  private func testAnswer(_ call: ChainCall) -> JSONLiteral? {
    switch call.method {
    case "echo", "echo_params": .array(call.parameters.map { .value($0) })
    case "echo_first": call.parameters.first.map { .value($0) } ?? .null
    case "get_false": false
    case "get_true": true
    case "get_zero": 0
    case "get_null": .null
    case "get_empty_string": ""
    case "get_empty_array": []
    case "get_empty_object": [:]
    default: nil
    }
  }
}

/// A call of a node's method; every parameter arrives as a string, or as an array or object of strings.
struct ChainCall {
  let method: String
  let parameters: [JSONValue]

  func text(_ index: Int) -> String { index < parameters.count ? parameters[index].string ?? "" : "" }

  func number(_ index: Int) -> Int64? { Int64(text(index)) }

  /// The last number of an object id, such as 7 in `1.11.7`.
  func instance(_ index: Int) -> Int64 { max(ChainObjects.instance(text(index)), 0) }

  /// The strings of an array, or a single string.
  func texts(_ index: Int) -> [String] {
    guard index < parameters.count else { return [] }
    return parameters[index].string.map { [$0] } ?? parameters[index].elements.compactMap(\.string)
  }
}
