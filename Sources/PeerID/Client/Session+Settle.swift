// Finds out whether operations were done after their answer was lost.

extension Session {
  /// Records the newest entry of the payer's history, so that the outcome of operations can be settled if their answer
  /// is lost.
  ///
  /// Call this right before `submit(_:)`, at the cost of one chain read. Keep the mark, for instance in the database
  /// that holds the payment, and send the operations within two minutes. With the option `settleable`, calls make the
  /// mark themselves, and an error contains it: `PeerIDError.mark`.
  ///
  /// - Parameter operations: what is about to be sent: operations as for `submit(_:)`, or a signed transaction as for
  ///   `broadcast(_:)`.
  /// - Returns: the mark as JSON, without secrets.
  /// - Throws: `invalidArgument` with the position of the mistake; and the errors of a chain read.
  public func mark(_ operations: String) throws(PeerIDError) -> String {
    let call = try Bytes(operations).withBytes { (json) throws(PeerIDError) in try markCall(json) }
    return try engine.response(of: call).json
  }

  /// Finds out whether marked operations were done, by reading the chain. Nothing is resent.
  ///
  /// - Parameter mark: the result of `mark(_:)` before the operations were sent, or the mark of an error with an
  ///   unknown outcome.
  /// - Returns: done, not done, or when to ask again.
  /// - Throws: `invalidArgument` when the text is not a mark; and the errors of a chain read.
  public func settle(_ mark: String) throws(PeerIDError) -> Settlement {
    let call = try Bytes(mark).withBytes { (json) throws(PeerIDError) in try settleCall(json) }
    return try engine.settlement(of: call)
  }

  /// What a call reads from the chain before it sends this body; `nil` without the option `settleable`.
  func marking(_ body: Bytes) throws(PeerIDError) -> Call.Marking? {
    guard engine.configuration.options.isSettleable else { return nil }
    let payer = try Mark.payer(of: body)
    let parameters = JSONLiteral.array(Mark.newest(of: payer)).compactText
    let read = try parameters.withBytes { (json) throws(PeerIDError) in
      try engine.chainRead(api: "history", method: "get_account_history", parameters: json)
    }
    return Call.Marking(read: read, payer: payer)
  }

  package func markCall(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    let body =
      SignedTransaction.isOne(json)
      ? try SignedTransaction.requestBody(json)
      : try operations(json).body
    let payer = try Mark.payer(of: body)
    return .task(.mark) { [engine, core] (context) throws(PeerIDError) in
      let reader = engine.chainReader(context, for: core)
      let newest = Mark.newest(of: payer)
      let after = try reader.read("history", "get_account_history", newest, Mark.newestEntry)
      let sentBy = engine.environment.serverTime / 1000 + Mark.secondsToSend
      return .response(Response(json: Mark(payer: payer, after: after, sentBy: sentBy, request: body).json))
    }
  }

  package func settleCall(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    let mark = try Mark(json)
    return .task(.settle) { [engine, core] (context) throws(PeerIDError) in
      .settlement(try Settler(reader: engine.chainReader(context, for: core)).settle(mark))
    }
  }
}
