// Asynchronous calls of a session. Each call returns an id at once, and later adds exactly one completion to a queue.

extension Session {
  /// Submits operations without waiting. See `submit(_:)` for what is sent and when.
  ///
  /// - Parameters:
  ///   - operations: JSON: an array of operations, an object with `operations`, or one operation.
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `Client.cancel(_:)`.
  /// - Throws: `invalidArgument` with the position of the mistake, `queueFull`, `closed`; then nothing was sent and no
  ///   completion comes.
  public func submit(_ operations: String, to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try engine.begin(try submitCall(operations), queue, tag)
  }

  /// Confirms a transaction token without waiting. See `confirm(transactionToken:)`.
  ///
  /// - Parameters:
  ///   - transactionToken: the token.
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `Client.cancel(_:)`.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func confirm(
    transactionToken: String,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try engine.begin(try confirmCall(transactionToken), queue, tag)
  }

  /// Broadcasts a signed transaction without waiting. See `broadcast(_:)`.
  ///
  /// - Parameters:
  ///   - transaction: the transaction as JSON.
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `Client.cancel(_:)`.
  /// - Throws: `invalidArgument`, `queueFull`, `closed`; then nothing was sent and no completion comes.
  public func broadcast(_ transaction: String, to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try engine.begin(try broadcastCall(transaction), queue, tag)
  }

  /// Refreshes the access and the refresh token without waiting. See `refresh()`.
  ///
  /// - Parameters:
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `Client.cancel(_:)`. Cancelling the call does not end the refresh.
  /// - Throws: `queueFull`, `closed`; then no completion comes.
  public func refresh(to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    try engine.begin(try refreshCall(), queue, tag)
  }

  /// Gets a token for requests that you send yourself, without waiting. See `freshToken(refused:)`.
  ///
  /// - Parameters:
  ///   - generation: the generation of the token that the server has refused; 0 if it has refused none.
  ///   - queue: the queue that receives the completion, which has the token.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id, for `Client.cancel(_:)`.
  /// - Throws: `queueFull`, `closed`; then no completion comes.
  public func freshToken(
    refused generation: UInt64 = 0,
    to queue: CompletionQueue,
    tag: UInt64
  ) throws(PeerIDError) -> UInt64 {
    try engine.begin(try tokenCall(refused: generation), queue, tag)
  }

  /// Ends the session without waiting for its store. See `logOut()`.
  ///
  /// - Parameters:
  ///   - queue: the queue that receives the completion.
  ///   - tag: a number that you choose; the completion has the same tag.
  /// - Returns: the call's id.
  /// - Throws: `queueFull`, `closed`; then the session has not ended, and no completion comes.
  public func logOut(to queue: CompletionQueue, tag: UInt64) throws(PeerIDError) -> UInt64 {
    let id = try engine.begin(logOutCall(), queue, tag)
    end()
    return id
  }
}
