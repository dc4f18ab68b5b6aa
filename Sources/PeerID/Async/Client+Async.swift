// Asynchronous calls: each begins at once, returns an id, and puts exactly one completion into a queue.

extension Session {
  /// Submits operations without waiting. See `submit(_:)` for what is sent and when.
  ///
  /// - Parameters:
  ///   - operations: JSON: an array of operations, an object with `operations`, or one operation.
  ///   - queue: where the completion goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument` with the place of a fault, `queueFull`, `closed`; then nothing was sent and no
  ///   completion comes.
  public func submit(_ operations: String, to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try submit(json: json, to: queue, tag: tag) }
  }

  package func submit(
    json: UnsafeRawBufferPointer,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    let batch = try OperationBatch(json: json, validation: core.configuration.options.validation)
    let call = SessionCall(url: core.endpoints.operations, body: batch.body)
    return try core.begin(.session(self, call, batch), queue, tag)
  }

  /// Confirms a transaction token without waiting. See `confirm(transactionToken:)`.
  ///
  /// - Parameters:
  ///   - transactionToken: the token.
  ///   - queue: where the completion goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func confirm(
    transactionToken: String,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try core.begin(.session(self, try confirmation(of: transactionToken), nil), queue, tag)
  }

  package func broadcast(
    json: UnsafeRawBufferPointer,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    let call = SessionCall(url: core.endpoints.broadcast, body: try SignedTransaction.requestBody(json))
    return try core.begin(.session(self, call, nil), queue, tag)
  }

  /// Broadcasts a signed transaction without waiting. See `broadcast(_:)`.
  ///
  /// - Parameters:
  ///   - transaction: the transaction as JSON.
  ///   - queue: where the completion goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func broadcast(_ transaction: String, to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try Bytes(transaction).withBytes { (json) throws(PeerIDError) in try broadcast(json: json, to: queue, tag: tag) }
  }

  /// Renews the pair of tokens without waiting. See `refresh()`.
  ///
  /// - Parameters:
  ///   - queue: where the completion goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with; the refresh itself goes on.
  /// - Throws: `queueFull`, `closed`; then no completion comes.
  public func refresh(to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try core.begin(.refresh(self, generation: token.generation), queue, tag)
  }
}

extension Client {
  /// Logs a user in without waiting. See `logIn(login:password:mobile:key:)`.
  ///
  /// - Parameters:
  ///   - credentials: the user.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  ///   - queue: where the completion with the session goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func logIn(
    _ credentials: Credentials,
    key: String? = nil,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try credentials.check()
    return try core.beginJob(queue, tag) { (context) throws(PeerIDError) in
      .session(try self.logIn(credentials, key: key, context))
    }
  }

  package func exchange(
    code: Bytes,
    key: String?,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try core.beginJob(queue, tag) { (context) throws(PeerIDError) in
      .session(try self.exchange(code: code, key: key, context))
    }
  }

  /// Ends the authorization code flow without waiting. See `exchange(redirect:expectedState:key:)`.
  ///
  /// - Parameters:
  ///   - redirect: the whole address to which the browser came back, or its query.
  ///   - expectedState: the state of the authorization request.
  ///   - key: under which the session is kept in the store of the configuration; `nil`: in memory alone.
  ///   - queue: where the completion with the session goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument`, `refused`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func exchange(
    redirect: String,
    expectedState: String,
    key: String? = nil,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    let code = try AuthorizationRedirect.code(in: redirect, expectedState: expectedState)
    return try exchange(code: code, key: key, to: queue, tag: tag)
  }

  package func readChain(
    api: String,
    method: String,
    parametersJSON: UnsafeRawBufferPointer,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    let request = try chainReadRequest(api: api, method: method, parametersJSON: parametersJSON)
    return try core.begin(.read(request), queue, tag)
  }

  /// Reads the chain without waiting. See `readChain(api:method:parametersJSON:)`.
  ///
  /// - Parameters:
  ///   - api: the API of the node.
  ///   - method: the method of the API.
  ///   - parametersJSON: its parameters as a JSON array.
  ///   - queue: where the completion goes.
  ///   - tag: a number of the caller's, which the completion carries.
  /// - Returns: the call's id, to cancel it with.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func readChain(
    api: String,
    method: String,
    parametersJSON: String = "[]",
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try Bytes(parametersJSON).withBytes { (json) throws(PeerIDError) in
      try readChain(api: api, method: method, parametersJSON: json, to: queue, tag: tag)
    }
  }

  /// Ends an asynchronous call with `cancelled`, if it has not ended yet. Its completion comes in any case, and tells
  /// whether the request may have left.
  ///
  /// - Parameter id: the call's id.
  public func cancel(_ id: UInt64) {
    core.cancel(id)
  }
}

extension ClientCore {
  /// Begins a call on the event loop.
  func begin(_ work: AsyncCall.Work, _ queue: CompletionQueue, _ tag: UInt64) throws(PeerIDError) -> UInt64 {
    try checkOpen()
    return try loop.begin(work, tag: tag, queue: queue, context: callContext())
  }

  /// Begins a call that a thread of the library makes in the blocking way: it may wait for a store.
  func beginJob(
    _ queue: CompletionQueue,
    _ tag: UInt64,
    _ body: @escaping @Sendable (CallContext) throws(PeerIDError) -> Completion.Outcome
  ) throws(PeerIDError) -> UInt64 {
    try checkOpen()
    let context = callContext()
    let id = try jobs.begin(context, limit: configuration.options.maximumInFlight)
    let isStarted = callers.run { [jobs] in
      var outcome: Completion.Outcome
      do throws(PeerIDError) {
        outcome = try body(context)
      } catch {
        outcome = .failure(error)
      }
      jobs.end(id)
      queue.push(Completion(tag: tag, id: id, outcome: outcome))
    }
    if !isStarted {
      jobs.end(id)
      throw PeerIDError(.outOfMemory, "no thread could be started for asynchronous calls")
    }
    return id
  }

  func cancel(_ id: UInt64) {
    if !jobs.cancel(id) { loop.cancel(id) }
  }
}
