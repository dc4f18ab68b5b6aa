extension Session {
  /// How long a waiting call looks away at the most before it asks whether it has to end, in milliseconds.
  private static let lookUpInterval: Int64 = 50
  /// The pause before a refresh token is sent again that the server may not know yet, in milliseconds.
  private static let unsavedPause: Int64 = 100

  /// Makes the flight of a refresh that the state machine has just let begin, so that nobody can see one without the
  /// other. Called under the lock; `launch` follows outside it.
  func prepareFlight(begins: Bool) -> RefreshFlight? {
    if begins { flight = RefreshFlight(lock: lock) }
    return flight
  }

  /// Carries out the refresh of a flight on a thread of the library.
  func launch(_ flight: RefreshFlight) {
    let started = core.workers.run { self.performRefresh(flight) }
    if !started {
      let error = PeerIDError(.outOfMemory, "no thread could be started for the refresh")
      endRefresh(flight, .transient(error))
    }
  }

  /// Waits until the refresh is over. The refresh goes on when the wait ends early.
  ///
  /// `outcome` is what became of the caller's own request if the wait has to end early.
  func wait(
    for flight: RefreshFlight,
    _ context: CallContext,
    endingAs outcome: Outcome = .notSent
  ) throws(PeerIDError) {
    while true {
      if let interruption = context.interruption() {
        throw PeerIDError(interruption, outcome, while: "waiting for the token to be refreshed")
      }
      let lookUp = min(core.clock.monotonicMilliseconds() + Self.lookUpInterval, context.deadline)
      let isDone = lock.withLock {
        flight.wait(untilMonotonic: lookUp)
        return flight.isDone
      }
      if isDone { return }
    }
  }

  /// Why a refresh failed that somebody asked for and waited for; `nil` when it did not fail.
  func failure(of flight: RefreshFlight) -> PeerIDError? {
    let failure = lock.withLock { flight.failure }
    // For a call that waits, a refresh that the server rejected means not sent; the refresh itself arrived.
    return failure.map { $0.httpStatus == 0 ? $0 : $0.afterRefusal }
  }

  private func performRefresh(_ flight: RefreshFlight) {
    let context = core.refreshContext()
    let result = place.map { followLateSibling(refreshShared($0, context), $0, context) } ?? renew(token, context)
    endRefresh(flight, result)
  }

  /// Gets a new pair from the server: by the refresh token, or by logging in again where that is allowed and the
  /// refresh token is spent or in doubt.
  func renew(_ token: Token, _ context: CallContext) -> SessionStateMachine.RefreshResult {
    let result: SessionStateMachine.RefreshResult
    if let refreshToken = token.refreshTokenBytes {
      result = send(refreshToken, context)
    } else {
      result = .transient(PeerIDError(.loginRequired, "there is no refresh token: log the user in again"))
    }
    let next = token.generation &+ 1
    switch result {
    case .renewed(let renewed):
      return .renewed(withUsableExpiry(renewed.asGeneration(next).identified(as: token)))
    case .transient where token.refreshTokenBytes != nil: return result
    case .transient, .refused, .unknown:
      guard let credentials = credentials ?? core.configuration.relogin?(place?.key) else { return result }
      do throws(PeerIDError) {
        let other = try logInAgain(credentials, instead: token, core.reloginContext(after: context)).asGeneration(next)
        if let user = other.userID, let own = token.userID, user != own {
          core.configuration.log(.error, "logging in again gave the tokens of another user: they are not used")
          return result
        }
        return .renewed(other.identified(as: token))
      } catch {
        core.configuration.log(.error, "logging in again failed: \(error)")
        return result
      }
    }
  }

  /// Logs in because `token` cannot be refreshed any more.
  ///
  /// Until the server has saved a refreshed pair a log in returns the old one. When the answer to a refresh was lost, the
  /// old pair is therefore asked for once more.
  private func logInAgain(
    _ credentials: Credentials,
    instead token: Token,
    _ context: CallContext
  ) throws(PeerIDError) -> Token {
    let first = try core.tokens.logIn(credentials, context: context)
    guard first.isSamePair(as: token), context.pause(milliseconds: Self.unsavedPause) == nil else { return first }
    return try core.tokens.logIn(credentials, context: context)
  }

  /// The pair of a refresh, without an expiry that has passed when it comes: refreshing it again would bring no better
  /// one. HTTP 401 then tells when it is over.
  private func withUsableExpiry(_ renewed: Token) -> Token {
    let now = core.transport.serverClock.nowMilliseconds
    guard let expiry = renewed.expiresAtMilliseconds, let now, expiry <= now else { return renewed }
    core.configuration.log(.warning, "the new token has expired already by the server's clock: its expiry is ignored")
    return renewed.withoutExpiry()
  }

  /// Sends the refresh token, and again after a refusal for as long as the server may not have saved the pair: it
  /// answers a refresh before it does. A refusal changes nothing, so asking again is safe.
  private func send(_ refreshToken: Bytes, _ context: CallContext) -> SessionStateMachine.RefreshResult {
    let youngUntil = withState { $0.mayBeUnsavedUntil }
    while true {
      let result: SessionStateMachine.RefreshResult
      do throws(PeerIDError) {
        result = .renewed(try core.tokens.refresh(refreshToken, context: context))
      } catch {
        result = Self.result(of: error)
      }
      guard case .refused = result, core.clock.monotonicMilliseconds() < youngUntil,
        context.pause(milliseconds: Self.unsavedPause) == nil
      else { return result }
    }
  }

  /// Tells the state machine and wakes those who wait.
  private func endRefresh(_ flight: RefreshFlight, _ result: SessionStateMachine.RefreshResult) {
    let now = core.clock.monotonicMilliseconds()
    let serverNow = core.transport.serverClock.nowMilliseconds
    let jitter = Jitter.fraction()
    // Before anybody is woken, who may then free what the handler uses.
    report(result)
    let continuations = withState { machine in
      machine.refreshEnded(result, now: now, serverNow: serverNow, jitter: jitter)
      if case .renewed(let token) = result { adoptHeaders(for: token) }
      if self.flight === flight { self.flight = nil }
      return flight.finish(result.failure)
    }
    for continuation in continuations { continuation() }
  }

  /// Lets callers see a pair that is not saved yet: what a session must not do, and does when a test turns the order
  /// around.
  func publishEarly(_ token: Token) {
    let now = core.clock.monotonicMilliseconds()
    withState { machine in
      machine.replace(with: token, now: now, serverNow: nil)
      adoptHeaders(for: token)
    }
  }

  /// What a failed refresh means for the session: whether the refresh token is spent, still good, or in doubt.
  static func result(of error: PeerIDError) -> SessionStateMachine.RefreshResult {
    switch error.outcome {
    case .unknown where error.httpStatus == 500 || error.httpStatus == 503:
      // Measured: when the chain refuses to renew the authorities the server answers 500 and the old pair stays valid.
      // A 502 or 504 of a proxy is different: the server may have done it, and only the answer is lost.
      return .transient(error)
    case .unknown: return .unknown(error)
    case .notDone where error.httpStatus == 400 && mentionsRefreshToken(error):
      return .refused(
        PeerIDError(
          .loginRequired,
          .notSent,
          "the session is over: the refresh token was used before or is unknown to the server. Log the user in again",
          httpStatus: error.httpStatus,
          detail: error.detailBytes
        )
      )
    case .notDone, .notSent: return .transient(error)
    }
  }

  private static func mentionsRefreshToken(_ error: PeerIDError) -> Bool {
    guard let detail = error.detailBytes, let fields = try? JSONDocument(parsing: detail.raw).root else { return false }
    return fields["refresh_token"] != nil
  }

  private func report(_ result: SessionStateMachine.RefreshResult) {
    let log = core.configuration.log
    switch result {
    case .renewed(let token): log(.info, "session refreshed, generation \(token.generation)")
    case .refused(let error): log(.error, "session over: \(error)")
    case .transient(let error): log(.warning, "refresh failed, the pair is unchanged: \(error.explanation)")
    case .unknown(let error): log(.warning, "refresh without an answer: \(error.explanation)")
    }
  }
}

extension PeerIDError {
  /// Whether a session is over because the server does not take its refresh token, and not because somebody ended it.
  var isSpentRefreshToken: Bool { code == .loginRequired && httpStatus == 400 }
}
