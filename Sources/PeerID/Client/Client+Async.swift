// Asynchronous calls of a client. Each call returns an id at once, and later adds exactly one completion to a queue.

extension Client {
  /// Logs a user in without waiting. See `logIn(login:password:mobile:key:)`.
  ///
  /// - Parameters:
  ///   - credentials: the user.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  ///   - queue: the queue that receives the completion, which has the session.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `cancel(_:)`.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func logIn(
    _ credentials: Credentials,
    key: String? = nil,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try engine.begin(try logInCall(credentials, key: key), queue, tag)
  }

  /// Ends the authorization code flow without waiting. See `exchange(redirect:expectedState:key:)`.
  ///
  /// - Parameters:
  ///   - redirect: the whole URL to which the browser was redirected, or its query.
  ///   - expectedState: the state of the authorization request.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  ///   - queue: the queue that receives the completion, which has the session.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `cancel(_:)`.
  /// - Throws: `invalidArgument`, `rejected`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func exchange(
    redirect: String,
    expectedState: String,
    key: String? = nil,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    let redirect = Bytes(redirect, wipes: true)
    return try engine.begin(try exchangeCall(redirect: redirect, expectedState: expectedState, key: key), queue, tag)
  }

  /// Creates a session from tokens without waiting for the store. See `restore(tokenJSON:key:)`.
  ///
  /// - Parameters:
  ///   - tokenJSON: what `Session.exportTokens()` wrote; only `access_token` is required.
  ///   - key: the key under which the configured store keeps the session; `nil` keeps it only in memory.
  ///   - queue: the queue that receives the completion, which has the session.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `cancel(_:)`.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then no completion comes.
  public func restore(
    tokenJSON: String,
    key: String? = nil,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try engine.begin(try restoreCall(tokenJSON: tokenJSON, key: key), queue, tag)
  }

  /// Opens a session without waiting for the store. See `open(key:)`.
  ///
  /// - Parameters:
  ///   - key: the key with which the session was begun.
  ///   - queue: the queue that receives the completion, which has the session.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `cancel(_:)`.
  /// - Throws: `invalidArgument`, `configuration`, `queueFull`, `closed`; then no completion comes.
  public func open(key: String, to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try engine.begin(try openCall(key: key), queue, tag)
  }

  /// Reads the chain without waiting. See `readChain(api:method:parametersJSON:)`.
  ///
  /// - Parameters:
  ///   - api: the API of the node.
  ///   - method: the method of the API.
  ///   - parametersJSON: its parameters as a JSON array.
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `cancel(_:)`.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func readChain(
    api: String,
    method: String,
    parametersJSON: String = "[]",
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try engine.begin(try readChainCall(api: api, method: method, parametersJSON: parametersJSON), queue, tag)
  }

  /// Cancels an asynchronous call that has not ended. The completion still arrives, and its error says whether the
  /// request may have been carried out.
  ///
  /// - Parameter id: the call's id.
  public func cancel(_ id: UInt64) {
    engine.loop.cancel(id)
  }
}
