/// A user's session: holds the tokens, keeps them fresh, and submits operations in the user's name.
///
/// A session may be used from any number of threads at once; however many of them find that the token has expired,
/// one refresh serves them all.
///
/// Sessions of one key, and log ins of one user without a key, share their tokens within a client.
public final class Session: Sendable {
  let engine: CallEngine
  private let lease: SessionLease
  private let hasEnded = ClosingFlag()

  init(_ lease: SessionLease, _ engine: CallEngine) {
    self.lease = lease
    self.engine = engine
    engine.environment.table.handleBegan()
  }

  deinit {
    engine.environment.table.handleEnded()
  }

  var core: SessionCore { lease.core }

  /// The tokens as they are now.
  public var token: Token { core.token }

  /// The tokens as JSON, to be kept in a safe place and given to `Client.restore(tokenJSON:)` later. A secret.
  public func exportTokens() -> String { token.exportedJSON().text }

  /// Submits operations, which become one transaction.
  ///
  /// The call returns when the chain has taken the transaction into a block. It is sent again only after the server
  /// refused its token (HTTP 401), never after an answer was lost.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Returns: the transaction, or a transaction token when the application's users sign each request.
  /// - Throws: `invalidArgument` with the place of a fault; `notPermitted` when the user has not granted an operation;
  ///   `loginRequired` when the session is over; `chainRejected` when the node refused the transaction; `rejected`,
  ///   `rateLimited`, `server`, `connectionLost` and the other errors of a call. Look at `PeerIDError.outcome` before
  ///   you submit again.
  public func submit(_ operations: String) throws(PeerIDError) -> Response {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try submit(json: json) }
  }

  package func submit(json: UnsafeRawBufferPointer) throws(PeerIDError) -> Response {
    try response(of: try submission(json))
  }

  /// Reads and checks operations, as the options say and by the server's clock.
  func operations(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> OperationBatch {
    try OperationBatch(
      json: json,
      validation: engine.configuration.options.validation,
      clock: engine.environment.transport.serverClock,
      log: core.logHandler
    )
  }

  func submission(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    let batch = try operations(json)
    warnOfOtherPayers(batch)
    let call = SessionCall(kind: .operations, url: engine.endpoints.operations, body: batch.body)
    return .session(core, call, scope: batch, marking: try marking(batch.body))
  }

  /// Confirms a transaction token, which `Response.transactionToken` gave or the user brought. It can be used once.
  ///
  /// To make a transaction token the real server needs the cookie of a user who is signed in to PeerID's own web page
  /// besides the access token; without it `submit(_:)` fails with `server side error`. The server takes a confirmation
  /// from any application, and the token is used before its transaction is sent: a refused one needs a new token.
  ///
  /// - Parameter transactionToken: the token.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`; `rejected` when the token was used before, naming the application that confirmed.
  public func confirm(transactionToken: String) throws(PeerIDError) -> Response {
    try response(of: try confirmation(of: transactionToken))
  }

  func confirmation(of transactionToken: String) throws(PeerIDError) -> Call {
    guard !transactionToken.isEmpty else { throw PeerIDError(.invalidArgument, "transaction_token is empty") }
    let url = engine.endpoints.confirmation(ofTransactionToken: transactionToken)
    var call = SessionCall(kind: .confirmation, url: url, body: Bytes("{}"))
    call.secrets = [Bytes(transactionToken, wipes: true)]
    call.confirmingApplication = engine.configuration.clientID
    return .session(core, call)
  }

  /// Broadcasts a transaction that was signed elsewhere.
  ///
  /// The server loses the node's words for a refusal, so it has an unknown outcome: a duplicate, which is done already,
  /// looks the same. The same signed transaction may be sent again: the chain accepts it only once.
  ///
  /// - Parameter transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and
  ///   `signatures`; or an object with `transaction` that holds them.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`.
  public func broadcast(_ transaction: String) throws(PeerIDError) -> Response {
    try Bytes(transaction).withBytes { (json) throws(PeerIDError) in try broadcast(json: json) }
  }

  package func broadcast(json: UnsafeRawBufferPointer) throws(PeerIDError) -> Response {
    try response(of: try broadcastCall(json))
  }

  func broadcastCall(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    let body = try SignedTransaction.requestBody(json)
    let call = SessionCall(kind: .broadcast, url: engine.endpoints.broadcast, body: body)
    return .session(core, call, marking: try marking(body))
  }

  private func response(of call: Call) throws(PeerIDError) -> Response {
    guard case .response(let response) = try run(call) else {
      throw PeerIDError(.internal, "the call brought no response")
    }
    return response
  }

  private func run(_ call: Call) throws(PeerIDError) -> CallResult {
    try checkLoggedIn()
    return try engine.run(call)
  }

  /// Renews the pair of tokens now, whatever their age. Returns at once when another thread has just done it.
  ///
  /// - Throws: `loginRequired` when the refresh token was used before; `configuration` without a client secret;
  ///   `server`, `unreachable`, `connectionLost` and the other errors of a call. The old pair stays in use where it
  ///   can.
  public func refresh() throws(PeerIDError) {
    _ = try run(.refresh(core))
  }

  /// A token for a request that the application sends itself: one that has not expired, refreshed if it has to be.
  ///
  /// Send the request with it. If the server answers HTTP 401, ask again with the generation of the token that was
  /// refused, and send the request once more if it can be sent twice: after 401 nothing was done. Give up after a few
  /// rounds.
  ///
  /// - Parameter generation: of the token that the server has refused; 0 when it has refused none. The session then
  ///   returns another one, or the same after a pause when it is so new that the server may not have saved it yet.
  /// - Returns: a token.
  /// - Throws: `loginRequired` when the session is over; `configuration` without a client secret; the errors of a
  ///   refresh. Their outcome is `notDone` or `notSent`: a request that carried the refused token was not done.
  public func freshToken(refused generation: UInt64 = 0) throws(PeerIDError) -> Token {
    guard case .token(let token) = try run(.externalToken(core, refused: generation)) else {
      throw PeerIDError(.internal, "the call brought no token")
    }
    return token
  }

  /// Ends the session: removes it from the store, and lets no call use it any more. The tokens stay valid at the
  /// server, which has no way to revoke them.
  ///
  /// - Throws: `store` when the store fails; the session has ended in this process all the same.
  public func logOut() throws(PeerIDError) {
    end()
    _ = try engine.run(logOutCall())
  }

  func logOutCall() -> Call {
    .task(.logout) { [core, engine] (context) throws(PeerIDError) in
      try engine.opening.logOut(core, context)
      return .done
    }
  }

  /// Lets no call of this handle begin any more, and with a key no call of any handle.
  func end() {
    _ = hasEnded.set()
    if core.place != nil { core.end(SessionOpening.loggedOut) }
  }

  func checkLoggedIn() throws(PeerIDError) {
    if hasEnded.isSet { throw SessionOpening.loggedOut }
  }
}
