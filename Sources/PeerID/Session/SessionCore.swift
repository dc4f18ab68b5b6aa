/// One user's session in this client, shared by all its handles: the pair of access and refresh token, its state, and
/// the running refresh.
final class SessionCore: @unchecked Sendable {
  /// The state that the lock guards.
  struct State {
    var machine: SessionStateMachine
    var headers: HeaderList
    var flight: RefreshFlight?
    var saving = SaveState()
    /// The credentials to log in with again, when the application allowed the library to keep them.
    var credentials: Credentials?
    /// Whether the session was logged out or replaced. The session stays over, because it is no longer in the table.
    var hasEnded = false
    /// The sequence number of the event in which the session got its current token pair; see
    /// `SessionEnvironment.nextOrder`.
    var pairOrder: UInt64
    /// The sequence number of the event in which the application set the account.
    var accountOrder: UInt64 = 0
    /// A token pair to use instead of the current one if a refresh fails.
    var offered: Offer?
  }

  /// A token pair that a login or the store returned, or the session's own, which the server may accept later.
  struct Offer {
    let pair: Token
    /// Whether the tokens were requested after the session got its current token pair. If not, the offered pair may be
    /// the older of the two, since answers can overtake each other.
    let isNewer: Bool
  }

  let environment: SessionEnvironment
  /// Where the session is stored; `nil` if only in memory.
  let place: StorePlace?
  let lock = Lock()
  private var state: ForkLocal<State>

  init(environment: SessionEnvironment, token: Token, place: StorePlace?, credentials: Credentials?) {
    self.environment = environment
    self.place = place
    let machine = SessionStateMachine(
      token: token,
      renewal: Self.renewal(of: token, environment, hasOtherWays: place != nil || credentials != nil),
      isStored: place != nil,
      policy: environment.policy,
      serverNow: environment.transport.serverClock.nowMilliseconds
    )
    let headers = Self.headers(for: token, environment)
    let order = environment.nextOrder()
    state = ForkLocal(State(machine: machine, headers: headers, credentials: credentials, pairOrder: order)) {
      $0.machine.enterChild()
      $0.flight = nil
      $0.saving.isBeingTried = false
    }
  }

  /// The tokens as they are now.
  var token: Token { withState { $0.machine.token } }

  /// Why the session is over; `nil` when it is not.
  var isOver: PeerIDError? { withState { $0.machine.isOver } }

  /// Runs `body` with the state under the lock.
  func withState<Result>(_ body: (inout State) -> Result) -> Result {
    lock.withLock { body(&state.current) }
  }

  // MARK: - Questions of calls

  /// The reply to a call's question: the decision, the headers of the token to use, and the refresh to wait for.
  struct Reply {
    let decision: SessionStateMachine.Decision
    let headers: HeaderList
    let flight: RefreshFlight?
    /// Whether the driver should report when the server accepts the token.
    let reportsAcceptance: Bool
  }

  /// Answers a question. Starts a refresh first if one is due.
  ///
  /// Until the server's time is known, the expiry of an external token is compared with the local clock: the library
  /// does not see the answers to the application's own requests and cannot recover from their HTTP 401.
  func reply(to question: SessionStateMachine.Question) -> Reply {
    var (now, serverNow) = environment.times
    if serverNow == nil, case .token(isExternal: true) = question { serverNow = Clock.wallMilliseconds() }
    var isSavingNeglected = false
    let reply = withState { state in
      var decision = state.machine.decide(question, now: now, serverNow: serverNow)
      if case .refresh = question, case .use = decision, let failure = state.saving.failure {
        decision = .fail(failure)
      }
      if decision.beginsRefresh { state.flight = RefreshFlight(lock: lock) }
      isSavingNeglected = state.saving.isNeglected
      return Reply(
        decision: decision,
        headers: state.headers,
        flight: state.flight,
        reportsAcceptance: !state.machine.isAccepted
      )
    }
    if reply.decision.beginsRefresh, let flight = reply.flight { launch(flight) }
    if isSavingNeglected { keepTryingToSave() }
    return reply
  }

  /// Records that the server has accepted the token of this generation.
  func accepted(_ generation: UInt64) {
    withState { $0.machine.accepted(generation) }
  }

  /// The longest time, in milliseconds, that a waiting thread sleeps before it checks for a deadline or cancellation.
  private static let wakeInterval: Int64 = 50

  /// Waits a short time for a refresh. Returns whether it has ended.
  func waitBriefly(for flight: RefreshFlight, until deadline: Int64) -> Bool {
    let end = min(environment.clock.monotonicMilliseconds() + Self.wakeInterval, deadline)
    return lock.withLock {
      flight.wait(untilMonotonic: end)
      return flight.isDone
    }
  }

  /// Calls `continuation` when the refresh ends; returns `false` if it has already ended.
  func whenDone(_ flight: RefreshFlight, _ continuation: @escaping @Sendable () -> Void) -> Bool {
    lock.withLock { flight.whenDone(continuation) }
  }

  /// The reason why a refresh failed or its token pair could not be saved; otherwise `nil`.
  func failure(of flight: RefreshFlight) -> PeerIDError? {
    // An HTTP status means that the server has answered the refresh: it was sent.
    let failure = withState { flight.failure ?? $0.saving.failure }
    return failure.map { $0.httpStatus == 0 ? $0 : $0.afterAnswer }
  }

  /// The reason why the session will be over, unless another process saves a new token pair in time.
  func verdict(of flight: RefreshFlight?) -> PeerIDError? {
    let (now, serverNow) = environment.times
    return withState { $0.machine.isInDoubtOfRefusal(now: now, serverNow: serverNow) ? nil : flight?.verdict }
  }

  // MARK: - Changes

  /// Ends the session: no call can use it and no new handle can find it.
  func end(_ error: PeerIDError) {
    withState { state in
      state.machine.end(error)
      state.hasEnded = true
    }
    environment.table.remove(self, key: place?.key)
  }

  /// Offers the session a token pair from a login or from the store. For a login, `order` is its sequence number and
  /// `asked` the time just before it was sent. A token pair from the store needs neither. Returns `false` if the
  /// session has ended.
  @discardableResult
  func offer(
    _ offered: Token,
    sent order: UInt64 = .max,
    asked: SessionEnvironment.Times? = nil,
    credentials: Credentials? = nil
  ) -> Bool {
    let asked = asked ?? environment.times
    let (now, serverNow) = environment.times
    let (isUsable, taken): (Bool, Token?) = withState { state in
      if state.hasEnded { return (false, nil) }
      if let credentials { state.credentials = credentials }
      state.machine.learn(of: offered)
      if let unsaved = state.saving.unsaved, offered.isSamePair(as: unsaved) { state.saving.settle(offered.generation) }
      let isNewer = order > state.pairOrder
      let isEarlier = state.machine.isEarlier(offered, now: asked.now, serverNow: asked.serverNow)
      if state.machine.isOver == nil, isEarlier || offered.isSamePair(as: state.machine.token) { return (true, nil) }
      if state.flight != nil || state.machine.isOver == nil && !isNewer {
        if isNewer || state.offered?.isNewer != true { state.offered = Offer(pair: offered, isNewer: isNewer) }
        return (true, nil)
      }
      return (true, adopt(offered, &state, now: now, serverNow: serverNow))
    }
    if let taken { environment.table.update(self, taken) }
    return isUsable
  }

  /// The session's token pair if it is newer than `other`; otherwise `nil`. Parts of the user's identity that only
  /// `other` has are added.
  func newer(than other: Token, asked: SessionEnvironment.Times) -> Token? {
    guard isOver == nil, isEarlier(other, asked: asked) else { return nil }
    return token.identified { $0 = other.identity.filled(from: $0) }
  }

  /// Whether `other` is older than the session's pair, so that it must not replace that pair. `asked` is when `other`
  /// was requested: if the process was stopped after that, the server may have saved the session's pair meanwhile.
  func isEarlier(_ other: Token, asked: SessionEnvironment.Times) -> Bool {
    withState { $0.machine.isEarlier(other, now: asked.now, serverNow: asked.serverNow) }
  }

  /// Replaces the token pair. Called under the lock. The generation never decreases, so that no two pairs of a session
  /// share one.
  func adopt(_ other: Token, _ state: inout State, now: Int64, serverNow: Int64?) -> Token {
    let mine = state.machine.token
    let token = other.isSamePair(as: mine) ? mine : other.asGeneration(max(other.generation, mine.generation &+ 1))
    state.machine.replace(with: token, now: now, serverNow: serverNow)
    // An older unsaved pair must not overwrite the pair that the store has now.
    if state.saving.unsaved != nil { state.saving.settle(other.generation) }
    state.pairOrder = environment.nextOrder()
    state.headers = Self.headers(for: token, environment)
    return token
  }

  static func headers(for token: Token, _ environment: SessionEnvironment) -> HeaderList {
    let line = Bytes.joining("Authorization: Bearer ", token.accessTokenBytes.raw, wipes: true)
    return HeaderList([line], next: environment.sessionHeaders)
  }

  /// Whether the session can get a new token pair: with its refresh token, from the store, or by logging in again.
  private static func renewal(
    of token: Token,
    _ environment: SessionEnvironment,
    hasOtherWays: Bool
  ) -> SessionStateMachine.Renewal {
    if hasOtherWays || environment.configuration.relogin != nil { return .possible }
    guard token.refreshTokenBytes != nil else {
      return .impossible(
        PeerIDError(.loginRequired, "the token is no longer valid and there is no refresh token: log the user in again")
      )
    }
    do throws(PeerIDError) {
      _ = try environment.tokens.requiredSecret(for: "refreshing a token")
      return .possible
    } catch {
      return .impossible(error)
    }
  }

  /// Logs an event of this session. Must not be called under the lock.
  func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    environment.log(level, of: name, message())
  }

  /// `log` as a value. Does nothing if no log callback is set.
  var logHandler: Log {
    guard environment.configuration.log.handler != nil else { return .silent }
    return Log { [self] level, message in log(level, message) }
  }

  /// The session's name in the log: its key or its user.
  var name: String {
    if let place { return place.name }
    return token.userID.map { "user \($0)" } ?? "session without a key"
  }
}
