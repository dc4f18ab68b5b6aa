/// A user's session: holds the tokens, keeps them fresh, and submits operations in the user's name.
///
/// A session may be used from any number of threads at once; however many of them find that the token has expired,
/// one refresh serves them all.
public final class Session: @unchecked Sendable {
  let core: ClientCore
  let lock = Lock()
  var machine: SessionStateMachine
  var flight: RefreshFlight?
  let place: StorePlace?
  /// The credentials to log in with again, when the application allowed the library to keep them.
  let credentials: Credentials?
  /// What is not in the store yet, and when to try again. Guarded by the lock.
  var saving = SaveState()
  /// When a session that is over may look into the store again. Guarded by the lock.
  var nextSecondLook = Int64.min
  private var headers: HeaderList
  private var forkGeneration = ForkGuard.generation

  init(core: ClientCore, token: Token, place: StorePlace?, credentials: Credentials?) {
    self.core = core
    self.place = place
    self.credentials = credentials
    machine = SessionStateMachine(
      token: token,
      renewal: Self.renewal(
        of: token,
        core: core,
        hasOtherWays: place != nil || credentials != nil || core.configuration.relogin != nil
      ),
      policy: core.policy,
      serverNow: core.transport.serverClock.nowMilliseconds
    )
    headers = Self.headers(for: token, core: core)
    core.sessionBegan()
  }

  deinit {
    core.sessionEnded()
  }

  /// The tokens as they are now.
  public var token: Token { withState { $0.token } }

  /// The tokens as JSON, to be kept in a safe place and given to `Client.restore(tokenJSON:)` later. A secret.
  public func exportTokens() -> String { token.exportedJSON().text }

  /// Submits operations, which become one transaction.
  ///
  /// The call returns when the chain has taken the transaction into a block. It is sent again only after a refusal
  /// for the token's sake (HTTP 401), never after an answer was lost.
  ///
  /// - Parameter operations: JSON: an array of operations, an object with `operations`, or one operation.
  /// - Returns: the transaction, or a transaction token when the application's users sign each request.
  /// - Throws: `invalidArgument` with the place of a fault; `notPermitted` when the user has not granted an operation;
  ///   `loginRequired` when the session is over; `rejected`, `rateLimited`, `server`, `connectionLost` and the other
  ///   errors of a call. Look at `PeerIDError.outcome` before you submit again.
  public func submit(_ operations: String) throws(PeerIDError) -> Response {
    try Bytes(operations).withBytes { (json) throws(PeerIDError) in try submit(json: json) }
  }

  package func submit(json: UnsafeRawBufferPointer) throws(PeerIDError) -> Response {
    let batch = try OperationBatch(json: json, validation: core.configuration.options.validation)
    let call = SessionCall(url: core.endpoints.operations, body: batch.body)
    return try send(call) { (token) throws(PeerIDError) in try batch.checkScope(of: token) }
  }

  /// Confirms a transaction token, which `Response.transactionToken` gave or the user brought. It can be used once.
  ///
  /// - Parameter transactionToken: the token.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`; `rejected` when the token was used before.
  public func confirm(transactionToken: String) throws(PeerIDError) -> Response {
    try send(try confirmation(of: transactionToken))
  }

  func confirmation(of transactionToken: String) throws(PeerIDError) -> SessionCall {
    guard !transactionToken.isEmpty else { throw PeerIDError(.invalidArgument, "transaction_token is empty") }
    return SessionCall(url: core.endpoints.confirmation(ofTransactionToken: transactionToken), body: Bytes("{}"))
  }

  /// Broadcasts a transaction that was signed elsewhere.
  ///
  /// - Parameter transaction: JSON with `ref_block_num`, `ref_block_prefix`, `expiration`, `operations` and
  ///   `signatures`; or an object with `transaction` that holds them.
  /// - Returns: the transaction.
  /// - Throws: as `submit(_:)`.
  public func broadcast(_ transaction: String) throws(PeerIDError) -> Response {
    try Bytes(transaction).withBytes { (json) throws(PeerIDError) in try broadcast(json: json) }
  }

  package func broadcast(json: UnsafeRawBufferPointer) throws(PeerIDError) -> Response {
    let body = try SignedTransaction.requestBody(json)
    return try send(SessionCall(url: core.endpoints.broadcast, body: body))
  }

  /// Renews the pair of tokens now, whatever their age. Returns at once when another thread has just done it.
  ///
  /// - Throws: `loginRequired` when the refresh token is spent; `configuration` without a client secret; `server`,
  ///   `unreachable`, `connectionLost` and the other errors of a call. The old pair stays in use where it can.
  public func refresh() throws(PeerIDError) {
    try core.checkOpen()
    let context = core.callContext()
    let generation = token.generation
    while true {
      let (admission, flight) = refreshAdmission(supersedes: generation)
      switch admission {
      case .use: return try checkSaved()
      case .fail(let error): throw error
      case .wait:
        guard let flight else { continue }
        // The refresh that was asked for goes on, and nobody knows yet how it ends.
        try wait(for: flight, context, endingAs: .unknown)
        if let error = failure(of: flight) { throw error }
        return try checkSaved()
      }
    }
  }

  /// Whoever asked for a refresh wants its pair to be durable.
  func checkSaved() throws(PeerIDError) {
    if let savingFailure { throw savingFailure }
  }

  /// Ends the session: removes it from the store, and lets no call use it any more. The tokens stay valid at the
  /// server, which has no way to revoke them.
  ///
  /// - Throws: `store` when the store fails; the session has ended in this process all the same.
  public func logOut() throws(PeerIDError) {
    end()
    if let place {
      core.unsaved.forget(key: place.key)
      let context = core.callContext()
      try place.withLock(timeoutMilliseconds: context.remainingMilliseconds, context) { (lock) throws(PeerIDError) in
        if isOfAnotherUser(place, lock) { return }
        try place.store.backend.remove(place.key, lock)
      }
      core.unsaved.forget(key: place.key)
    }
  }

  /// Whether the store holds another user's session under the key by now. What cannot be read is not worth keeping.
  private func isOfAnotherUser(_ place: StorePlace, _ storeLock: SessionStore.LockToken) -> Bool {
    do throws(PeerIDError) {
      return SharedRefresh.decide(mine: token, newest: try place.load(storeLock)) == .anotherUser
    } catch {
      return false
    }
  }

  /// Lets no call use the session any more.
  func end() {
    withState { $0.end(PeerIDError(.loginRequired, "the session was logged out: log the user in again")) }
  }

  // MARK: - A call

  /// Sends `call` with a token that is good, and again if the token was refused and another one could be had.
  func send(
    _ call: SessionCall,
    check: (Token) throws(PeerIDError) -> Void = { (_) throws(PeerIDError) in }
  ) throws(PeerIDError) -> Response {
    try core.checkOpen()
    var attempts = SessionStateMachine.Attempts()
    do throws(PeerIDError) {
      return try send(call, check: check, &attempts)
    } catch {
      throw attempts.refusals > 0 ? error.afterRefusal : error
    }
  }

  private func send(
    _ call: SessionCall,
    check: (Token) throws(PeerIDError) -> Void,
    _ attempts: inout SessionStateMachine.Attempts
  ) throws(PeerIDError) -> Response {
    let context = core.callContext()
    while true {
      let (token, headers) = try admit(context)
      try check(token)
      switch core.transport.send(call.request(headers), context: context, call.read) {
      case .success(let response): return response
      case .failure(let error) where error.httpStatus == 401:
        try recover(from: error, generation: token.generation, &attempts, context)
      case .failure(let error): throw error
      }
    }
  }

  /// Waits until the session has a token to send with.
  func admit(_ context: CallContext, isLent: Bool = false) throws(PeerIDError) -> (Token, HeaderList) {
    while true {
      let (admission, headers, flight) = admission(isLent: isLent)
      switch admission {
      case .use(let token, _): return (token, headers)
      case .wait: if let flight { try wait(for: flight, context) }
      case .fail(let error): throw error
      }
    }
  }

  /// Does what the state machine wants after HTTP 401. Returns when the call may send again.
  func recover(
    from refusal: PeerIDError,
    generation: UInt64,
    _ attempts: inout SessionStateMachine.Attempts,
    _ context: CallContext
  ) throws(PeerIDError) {
    while true {
      let (verdict, flight) = verdict(generation: generation, &attempts)
      switch verdict {
      case .resend(let pause):
        if pause > 0, let interruption = context.pause(milliseconds: pause) {
          throw PeerIDError(interruption, .notDone, while: "waiting for the server to know its new token")
        }
        return
      case .wait: if let flight { try wait(for: flight, context, endingAs: .notDone) }
      case .fail(let error): throw error
      case .giveUp: throw refusal
      }
    }
  }

  // MARK: - Questions to the state machine, with what follows at once from its answers

  /// Whether a call may send now, and with what; a refresh that is due has been launched.
  ///
  /// A token that is lent is judged by the local clock until the server has told its time: the library does not see
  /// the answer, and could not mend an error. The refresh that a wrong local clock costs brings the server's.
  func admission(isLent: Bool = false) -> (SessionStateMachine.Admission, HeaderList, RefreshFlight?) {
    let now = core.clock.monotonicMilliseconds()
    let serverNow = core.transport.serverClock.nowMilliseconds ?? (isLent ? Clock.wallMilliseconds() : nil)
    let (admission, headers, flight, isUnsaved) = withState { machine in
      let admission = machine.admit(now: now, serverNow: serverNow)
      return (admission, self.headers, prepareFlight(begins: admission.beginsRefresh), saving.isNeglected)
    }
    if admission.beginsRefresh, let flight { launch(flight) }
    if isUnsaved { keepTryingToSave() }
    if case .fail(let error) = admission, error.isSpentRefreshToken { lookIntoStoreAgain() }
    return (admission, headers, flight)
  }

  /// What a call does whose token of this generation was refused; a refresh that is due has been launched.
  func verdict(
    generation: UInt64,
    _ attempts: inout SessionStateMachine.Attempts
  ) -> (SessionStateMachine.Verdict, RefreshFlight?) {
    let now = core.clock.monotonicMilliseconds()
    let (verdict, flight) = withState { machine in
      let verdict = machine.refused(generation: generation, attempts: &attempts, now: now)
      return (verdict, prepareFlight(begins: verdict.beginsRefresh))
    }
    if verdict.beginsRefresh, let flight { launch(flight) }
    return (verdict, flight)
  }

  /// Whether a refresh that somebody asked for has to be waited for; one that may begin has been launched.
  func refreshAdmission(supersedes generation: UInt64) -> (SessionStateMachine.Admission, RefreshFlight?) {
    let now = core.clock.monotonicMilliseconds()
    let (admission, flight) = withState { machine in
      let admission = machine.refreshRequested(supersedes: generation, now: now)
      return (admission, prepareFlight(begins: admission.beginsRefresh))
    }
    if admission.beginsRefresh, let flight { launch(flight) }
    return (admission, flight)
  }

  /// Refreshes a pair that the server handed out although it had expired.
  func refreshIfExpired(_ context: CallContext) throws(PeerIDError) {
    guard let expiry = token.expiresAtMilliseconds, let now = core.transport.serverClock.nowMilliseconds, expiry <= now
    else { return }
    _ = try admit(context)
  }

  // MARK: - State

  /// Runs `body` with the state under the lock, after putting right what a fork left behind.
  func withState<Result>(_ body: (inout SessionStateMachine) -> Result) -> Result {
    lock.withLock {
      if forkGeneration != ForkGuard.generation {
        forkGeneration = ForkGuard.generation
        machine.enterChild()
        flight?.abandonAfterFork()
        flight = nil
        saving.isBeingTried = false
      }
      return body(&machine)
    }
  }

  /// Takes over a new pair. Called under the lock.
  func adoptHeaders(for token: Token) {
    headers = Self.headers(for: token, core: core)
  }

  private static func headers(for token: Token, core: ClientCore) -> HeaderList {
    let line = Bytes.joining("Authorization: Bearer ", token.accessTokenBytes.raw, wipes: true)
    return HeaderList([line], next: core.sessionHeaders)
  }

  /// A pair may also come from the store, where another process has renewed it, or from a log in.
  private static func renewal(
    of token: Token,
    core: ClientCore,
    hasOtherWays: Bool
  ) -> SessionStateMachine.Renewal {
    if hasOtherWays { return .possible }
    guard token.refreshTokenBytes != nil else {
      return .impossible(
        PeerIDError(.loginRequired, "the token is no longer valid and there is no refresh token: log the user in again")
      )
    }
    do throws(PeerIDError) {
      _ = try core.tokens.requiredSecret(for: "refreshing a token")
      return .possible
    } catch {
      return .impossible(error)
    }
  }
}
