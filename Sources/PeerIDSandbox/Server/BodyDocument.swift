internal import PeerID

extension JSONDocument {
  /// Parses the body of a request.
  convenience init(parsing body: [UInt8]) throws(JSONSyntaxError) {
    let bytes = body.withUnsafeBytes { Bytes($0) }
    try self.init(parsing: bytes.raw)
  }
}
