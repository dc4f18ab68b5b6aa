extension JSONIndex {
  /// Indexes the text that a caller passes. `subject` begins the message of an error, such as "the operations are".
  init(argument text: UnsafeRawBufferPointer, _ subject: StaticString) throws(PeerIDError) {
    do throws(JSONSyntaxError) {
      try self.init(text)
    } catch {
      let fault = error.isDuplicateKey ? "not JSON, with a key twice" : "not JSON"
      let place = "line \(error.line), column \(error.column)"
      throw PeerIDError(outOfMemory: error)
        ?? PeerIDError(.invalidArgument, "\(subject) \(fault) (\(place)): \(error.reason)")
    }
  }
}
