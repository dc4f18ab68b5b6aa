/// Reads the chain for a call that needs more than one answer.
struct ChainReader {
  /// Sends a read: its API, its method, and its parameters as a JSON array.
  let send: (_ api: String, _ method: String, _ parameters: Bytes) throws(PeerIDError) -> Response

  /// Sends a read, and parses the answer with `parse`, which returns `nil` for an unexpected answer.
  func read<Result>(
    _ api: String,
    _ method: String,
    _ parameters: [JSONLiteral],
    _ parse: (JSONIndex.Value) -> Result?
  ) throws(PeerIDError) -> Result {
    let answer = try send(api, method, JSONLiteral.array(parameters).compactText)
    return try answer.jsonBytes.withBytes { (json) throws(PeerIDError) in
      try ChainAnswer.read(json, method, parse)
    }
  }
}

/// The result of a chain read.
enum ChainAnswer {
  static func read<Result>(
    _ json: UnsafeRawBufferPointer,
    _ method: String,
    _ parse: (JSONIndex.Value) -> Result?
  ) throws(PeerIDError) -> Result {
    let unexpected = PeerIDError(.protocol, .notDone, "the answer of the node to \(method) has an unexpected form")
    let index: JSONIndex
    do throws(JSONSyntaxError) {
      index = try JSONIndex(json)
    } catch {
      throw PeerIDError(outOfMemory: error) ?? unexpected
    }
    guard let result = index.withRoot(parse) else { throw unexpected }
    return result
  }
}
