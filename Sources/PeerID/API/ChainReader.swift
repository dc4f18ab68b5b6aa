/// Reads the chain for a call that needs more than one answer.
struct ChainReader {
  let transport: Transport
  let endpoints: Endpoints
  let headers: HeaderList
  let context: CallContext

  /// Reads, and passes the result to `read`, which returns `nil` for an answer that it does not understand.
  func read<Result>(
    _ api: String,
    _ method: String,
    _ parameters: [JSONLiteral],
    _ read: (JSONIndex.Value) -> Result?
  ) throws(PeerIDError) -> Result {
    let parameters = JSONLiteral.array(parameters).compactText
    let request = try parameters.withBytes { (json) throws(PeerIDError) in
      try ChainReadQuery(api: api, method: method, parameters: json).request(to: endpoints, headers)
    }
    let answer = transport.send(request, context: context) { outcome in
      Answer.response(of: outcome, to: .chainRead)
    }
    return try answer.get().jsonBytes.withBytes { (json) throws(PeerIDError) in
      try ChainAnswer.read(json, method, read)
    }
  }
}

/// The result of a chain read.
enum ChainAnswer {
  static func read<Result>(
    _ json: UnsafeRawBufferPointer,
    _ method: String,
    _ read: (JSONIndex.Value) -> Result?
  ) throws(PeerIDError) -> Result {
    guard let index = try? JSONIndex(json), let result = index.withRoot(read) else {
      throw PeerIDError(.protocol, "the node answers \(method) with something else than expected")
    }
    return result
  }
}
