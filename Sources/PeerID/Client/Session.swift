/// A user's session: holds the tokens, keeps them fresh, and submits operations in the user's name.
///
/// A session may be used from any number of threads at once. Threads that find the token expired at the same time share
/// one refresh.
///
/// Within a client, sessions with the same key share their tokens. So do sessions without a key of the same user.
public final class Session: Sendable {
  package let engine: CallEngine
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

  /// The current tokens.
  public var token: Token { core.token }

  /// The tokens as JSON, for `Client.restore(tokenJSON:)` later. A secret: keep it in a safe place.
  public func exportTokens() -> String { token.exportedJSON().text }

  /// Submits operations, which become one transaction.
  ///
  /// The call returns when the transaction is in a block. The library resends the request only after the server refused
  /// its token (HTTP 401), never after an answer was lost.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Returns: the transaction, or a transaction token if the application's users have to sign each request.
  /// - Throws: `invalidArgument` with the position of the mistake; `notPermitted` when the user has not granted an
  ///   operation; `loginRequired` when the session is over; `chainRejected` when the node refused the transaction;
  ///   `rejected`, `rateLimited`, `server`, `connectionLost` and the other errors of a call. Check
  ///   `PeerIDError.outcome` before you submit again.
  public func submit(_ operations: String) throws(PeerIDError) -> Response {
    try engine.response(of: try submitCall(operations))
  }

  func submitCall(_ operations: String) throws(PeerIDError) -> Call {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try submitCall(json) }
  }

  package func submitCall(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    try checkLoggedIn()
    let batch = try operations(json)
    for warning in otherPayers(batch) { core.log(.warning, warning) }
    let call = SessionCall(kind: .operations, url: engine.endpoints.operations, body: batch.body)
    return .session(core, call, scope: batch, marking: try marking(batch.body))
  }

  /// Parses and checks operations according to the options and the server's clock.
  func operations(_ json: UnsafeRawBufferPointer, log: Log? = nil) throws(PeerIDError) -> OperationBatch {
    try OperationBatch(
      json: json,
      validation: engine.configuration.options.validation,
      clock: engine.environment.transport.serverClock,
      log: log ?? core.logHandler
    )
  }

  /// Checks operations as `submit(_:)` does, without sending anything and without reading the chain. The checks use the
  /// option `validate`, the scope of the session's tokens, and the server's clock if it is known.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Returns: warnings, which `submit(_:)` logs: about broken rules that the chain's committee can change, and about
  ///   other known problems. If the session's account is known (`account()`, `setAccount(_:)`), also about operations
  ///   that another account pays for.
  /// - Throws: `invalidArgument` with the position of the mistake; `notPermitted` when the user has not granted an
  ///   operation; `loginRequired` when the session was logged out.
  @discardableResult
  public func check(_ operations: String) throws(PeerIDError) -> [String] {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try check(json: json) }
  }

  package func check(json: UnsafeRawBufferPointer) throws(PeerIDError) -> [String] {
    try checkLoggedIn()
    let batch = try operations(json, log: .silent)
    try batch.checkScope(of: core.token)
    return batch.warnings + otherPayers(batch)
  }

  /// Confirms a transaction token, from `Response.transactionToken` or from the user. A token can be used once.
  ///
  /// PeerID issues a transaction token only to a request that has both the access token and the cookie of a user who is
  /// signed in to PeerID's own web page; without the cookie `submit(_:)` fails with `server side error`. The server
  /// accepts a confirmation from any application. It invalidates the token before it sends the transaction, so a
  /// refused transaction needs a new token.
  ///
  /// - Parameter transactionToken: the token.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`; `rejected` when the token is unknown or was used before. The message names the client's
  ///   application.
  public func confirm(transactionToken: String) throws(PeerIDError) -> Response {
    try engine.response(of: try confirmCall(transactionToken))
  }

  package func confirmCall(_ transactionToken: String) throws(PeerIDError) -> Call {
    try checkLoggedIn()
    guard !transactionToken.isEmpty else { throw PeerIDError(.invalidArgument, "transaction_token is empty") }
    let url = engine.endpoints.confirmation(ofTransactionToken: transactionToken)
    var call = SessionCall(kind: .confirmation, url: url, body: Bytes("{}"))
    call.secrets = [Bytes(transactionToken, wipes: true)]
    call.confirmingApplication = engine.configuration.clientID
    return .session(core, call)
  }

  /// Broadcasts a transaction that was signed elsewhere.
  ///
  /// The server does not report why the node refuses a transaction, so the outcome of a refusal is unknown: the
  /// transaction may be a duplicate of one that was done before. The same signed transaction may be sent again: the
  /// chain accepts it only once.
  ///
  /// - Parameter transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and
  ///   `signatures`; or an object whose member `transaction` has them.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`.
  public func broadcast(_ transaction: String) throws(PeerIDError) -> Response {
    try engine.response(of: try broadcastCall(transaction))
  }

  func broadcastCall(_ transaction: String) throws(PeerIDError) -> Call {
    try Bytes(transaction).withBytes { (json) throws(PeerIDError) in try broadcastCall(json) }
  }

  package func broadcastCall(_ json: UnsafeRawBufferPointer) throws(PeerIDError) -> Call {
    try checkLoggedIn()
    let body = try SignedTransaction.requestBody(json)
    let call = SessionCall(kind: .broadcast, url: engine.endpoints.broadcast, body: body)
    return .session(core, call, marking: try marking(body))
  }

  /// Refreshes the token pair (access and refresh token) now, even if it has not expired. Joins a refresh that is
  /// already running.
  ///
  /// - Throws: `loginRequired` when the refresh token was used before; `configuration` without a client secret;
  ///   `server`, `unreachable`, `connectionLost` and the other errors of a call. The old pair stays in use if it may
  ///   still be valid.
  public func refresh() throws(PeerIDError) {
    _ = try engine.run(try refreshCall())
  }

  package func refreshCall() throws(PeerIDError) -> Call {
    try checkLoggedIn()
    return .refresh(core)
  }

  /// Returns a token for a request that the application sends itself. An expired token is refreshed first.
  ///
  /// If the server answers your request with HTTP 401, nothing was done: call this method again with the generation of
  /// the refused token, and resend the request with the token that it returns. Give up after a few attempts.
  ///
  /// - Parameter generation: the generation of the token that the server refused; 0 if it refused none. In place of a
  ///   refused token you get another token. If the refused token is so new that the server may not have saved it yet,
  ///   you get the same token after a pause.
  /// - Returns: a token.
  /// - Throws: `loginRequired` when the session is over; `configuration` without a client secret; the errors of a
  ///   refresh. Their outcome is `notDone` or `notSent`: a request that carried the refused token was not done.
  public func freshToken(refused generation: UInt64 = 0) throws(PeerIDError) -> Token {
    try engine.token(of: try tokenCall(refused: generation))
  }

  package func tokenCall(refused generation: UInt64) throws(PeerIDError) -> Call {
    try checkLoggedIn()
    return .externalToken(core, refused: generation)
  }

  /// Ends the session: removes it from the store, and later calls fail. The tokens stay valid at the server, which has
  /// no way to revoke them.
  ///
  /// - Throws: `store` when the store fails; the session has still ended in this process.
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

  /// Ends this handle and, if the session has a key, all other handles of the session. Their later calls fail.
  func end() {
    _ = hasEnded.set()
    if core.place != nil { core.end(SessionOpening.loggedOut) }
  }

  func checkLoggedIn() throws(PeerIDError) {
    if hasEnded.isSet { throw SessionOpening.loggedOut }
  }
}
