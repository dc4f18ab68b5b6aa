/// Reads the chain for a call that needs more than one answer.
struct ChainReader {
  /// Sends a read: its API, its method, and its parameters as a JSON array.
  let send: (_ api: String, _ method: String, _ parameters: Bytes) throws(PeerIDError) -> Response

  /// Reads, and passes the result to `read`, which returns `nil` for an answer that it does not understand.
  func read<Result>(
    _ api: String,
    _ method: String,
    _ parameters: [JSONLiteral],
    _ read: (JSONIndex.Value) -> Result?
  ) throws(PeerIDError) -> Result {
    let answer = try send(api, method, JSONLiteral.array(parameters).compactText)
    return try answer.jsonBytes.withBytes { (json) throws(PeerIDError) in
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
