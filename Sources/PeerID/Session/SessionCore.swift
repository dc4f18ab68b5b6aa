/// One user's session in this client, shared by all its handles: the tokens, what is known of them, and the refresh
/// under way.
final class SessionCore: @unchecked Sendable {
  /// What the lock guards.
  struct State {
    var machine: SessionStateMachine
    var headers: HeaderList
    var flight: RefreshFlight?
    var saving = SaveState()
    /// The credentials to log in with again, when the application allowed the library to keep them.
    var credentials: Credentials?
    /// Whether the session was logged out or replaced: nothing revives it, since nobody can find it any more.
    var hasEnded = false
    /// When the present pair came, in the order of the client's events.
    var pairOrder: UInt64
    /// When the application set the account, in the same order.
    var accountOrder: UInt64 = 0
    /// A pair that came from elsewhere and may be used if a refresh fails.
    var offered: Offer?
  }

  /// A pair that came from elsewhere.
  struct Offer {
    let pair: Token
    /// Whether it was asked for after the present pair came. Otherwise it may be the older of the two: answers can
    /// overtake each other.
    let isNewer: Bool
  }

  let environment: SessionEnvironment
  /// Where the session is stored; `nil` for one in memory alone.
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

  /// What a call does that asks `question`: the decision, the headers of the token to use, and the refresh to wait for.
  struct Reply {
    let decision: SessionStateMachine.Decision
    let headers: HeaderList
    let flight: RefreshFlight?
    /// Whether the driver reports that the server accepted the token.
    let reportsAcceptance: Bool
  }

  /// Answers a question; a refresh that is due has been launched.
  ///
  /// An external token is judged by the local clock until the server has told its time: the library does not see the
  /// answer and could not recover from HTTP 401.
  func reply(to question: SessionStateMachine.Question) -> Reply {
    let now = environment.clock.monotonicMilliseconds()
    var serverNow = environment.transport.serverClock.nowMilliseconds
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

  /// The server has accepted the token of this generation.
  func accepted(_ generation: UInt64) {
    withState { $0.machine.accepted(generation) }
  }

  /// How long a waiting thread sleeps at most before it asks whether it has to end, in milliseconds.
  private static let wakeInterval: Int64 = 50

  /// Waits for a refresh, for a short time. Returns whether it is over.
  func waitBriefly(for flight: RefreshFlight, until deadline: Int64) -> Bool {
    let end = min(environment.clock.monotonicMilliseconds() + Self.wakeInterval, deadline)
    return lock.withLock {
      flight.wait(untilMonotonic: end)
      return flight.isDone
    }
  }

  /// Calls `continuation` when the refresh is over; returns `false` if it is already.
  func whenDone(_ flight: RefreshFlight, _ continuation: @escaping @Sendable () -> Void) -> Bool {
    lock.withLock { flight.whenDone(continuation) }
  }

  /// Why a refresh failed, or its pair could not be saved; `nil` when neither is so.
  func failure(of flight: RefreshFlight) -> PeerIDError? {
    // For a call that waits, a refresh that the server rejected means not sent; the refresh itself arrived.
    let failure = withState { flight.failure ?? $0.saving.failure }
    return failure.map { $0.httpStatus == 0 ? $0 : $0.afterRefusal }
  }

  /// Why the session is over unless another process saves a pair in time.
  func verdict(of flight: RefreshFlight?) -> PeerIDError? {
    withState { $0.machine.isAcceptedSinceRefreshBegan ? nil : flight?.verdict }
  }

  // MARK: - Changes

  /// Lets no call use the session any more, and no new handle find it.
  func end(_ error: PeerIDError) {
    withState { state in
      state.machine.end(error)
      state.hasEnded = true
    }
    environment.table.remove(self, key: place?.key)
  }

  /// Takes a pair that came from elsewhere: from a log in, or from the store. `order` tells when a log in was sent; a pair
  /// from the store was read under its lock. Returns `false` when the session has ended.
  @discardableResult
  func offer(_ offered: Token, sent order: UInt64 = .max, credentials: Credentials? = nil) -> Bool {
    let now = environment.clock.monotonicMilliseconds()
    let serverNow = environment.transport.serverClock.nowMilliseconds
    let (isUsable, taken): (Bool, Token?) = withState { state in
      if state.hasEnded { return (false, nil) }
      if let credentials { state.credentials = credentials }
      state.machine.learn(of: offered)
      let isNewer = order > state.pairOrder
      if state.machine.isOver == nil, offered.isSamePair(as: state.machine.token) || state.machine.isEarlier(offered) {
        return (true, nil)
      }
      if state.flight != nil || state.machine.isOver == nil && !isNewer {
        if isNewer || state.offered?.isNewer != true { state.offered = Offer(pair: offered, isNewer: isNewer) }
        return (true, nil)
      }
      return (true, adopt(offered, &state, now: now, serverNow: serverNow))
    }
    if let taken { environment.table.update(self, taken) }
    return isUsable
  }

  /// The session's pair, if it comes after `other`; with what `other` tells of the user.
  func newer(than other: Token) -> Token? {
    withState { state in
      guard state.machine.isOver == nil, state.machine.isEarlier(other) else { return nil }
      return state.machine.token.identified { $0 = other.identity.filled(from: $0) }
    }
  }

  /// Called under the lock; the generation only grows, so that no two pairs of a session share one.
  func adopt(_ other: Token, _ state: inout State, now: Int64, serverNow: Int64?) -> Token {
    let mine = state.machine.token
    let token = other.isSamePair(as: mine) ? mine : other.asGeneration(max(other.generation, mine.generation &+ 1))
    state.machine.replace(with: token, now: now, serverNow: serverNow)
    state.pairOrder = environment.nextOrder()
    state.headers = Self.headers(for: token, environment)
    return token
  }

  static func headers(for token: Token, _ environment: SessionEnvironment) -> HeaderList {
    let line = Bytes.joining("Authorization: Bearer ", token.accessTokenBytes.raw, wipes: true)
    return HeaderList([line], next: environment.sessionHeaders)
  }

  /// A pair may also come from the store, where another process has refreshed it, or from a log in.
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

  /// `log` as a value; events go nowhere when the application does not want them.
  var logHandler: Log {
    guard environment.configuration.log.handler != nil else { return .silent }
    return Log { [self] level, message in log(level, message) }
  }

  /// What tells the session from others in a log: its key, or its user.
  private var name: String {
    if let place { return "session '\(place.key.prefix(80))'" }
    return token.userID.map { "user \($0)" } ?? "session without a key"
  }
}
