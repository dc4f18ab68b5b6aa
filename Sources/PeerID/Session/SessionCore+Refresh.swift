extension SessionCore {
  /// The pause, in milliseconds, before a request is repeated because the server may not have saved a new token pair
  /// (access and refresh token) yet.
  static let unsavedPause: Int64 = 100

  /// Runs a refresh on a thread of the library.
  func launch(_ flight: RefreshFlight) {
    // Keep the session in the table until the refresh ends, so that other calls find it.
    let lease = environment.table.lease(self)
    environment.transport.statistics.add(.refreshesStarted)
    let started = environment.workers.run {
      self.performRefresh(flight)
      withExtendedLifetime(lease) {}
    }
    if !started {
      end(flight, .transient(PeerIDError(.outOfMemory, "no thread could be started for the refresh")))
    }
  }

  private func performRefresh(_ flight: RefreshFlight) {
    let context = environment.refreshContext()
    if let place, let isOver { return end(flight, lateWriter(of: token, place) ?? .refused(isOver)) }
    var late: Credentials?
    guard let place else {
      var result = renew(token, context, late: &late)
      if late != nil { result = renew(token, environment.refreshContext(), late: &late) }
      return end(flight, withOtherPair(result))
    }
    var result = refreshStored(place, context, &late)
    if late != nil { result = refreshStored(place, environment.refreshContext(), &late) }
    end(flight, followLateWriter(result, place, flight, context))
  }

  /// Gets a new pair from the server with the refresh token. If the server refuses it or does not answer, logs in
  /// again, provided that the application allows it. The new pair's generation is greater than `floor`.
  ///
  /// If a relogin handler returns too late for a login under the current lock of the store, this attempt does not log
  /// in. Instead, `late` receives the handler's credentials, and the caller tries again with them under a new lock.
  func renew(
    _ mine: Token,
    _ context: CallContext,
    above floor: UInt64 = 0,
    late: inout Credentials?
  ) -> SessionStateMachine.RefreshResult {
    let ready = withState { $0.credentials } ?? late
    late = nil
    let result: SessionStateMachine.RefreshResult
    if let refreshToken = mine.refreshTokenBytes {
      result = send(refreshToken, of: mine, context)
    } else {
      result = .transient(PeerIDError(.loginRequired, "there is no refresh token: log the user in again"))
    }
    let next = max(mine.generation, floor) &+ 1
    switch result {
    case .renewed(let renewed), .adopted(let renewed):
      let time = environment.serverTime
      return .renewed(withUsableExpiry(renewed.renewing(mine, atMilliseconds: time, generation: next)))
    case .transient where mine.refreshTokenBytes != nil, .unsaved: return result
    case .transient: return logInAgain(insteadOf: mine, context, generation: next, ready, &late) ?? result
    case .refused:
      return logInAgain(insteadOf: mine, isRefused: true, context, generation: next, ready, &late) ?? result
    case .unknown:
      guard case .adopted(let other)? = logInAgain(insteadOf: mine, context, generation: next, ready, &late) else {
        return result
      }
      return .adopted(other)
    }
  }

  /// Logs in again; returns `nil` if the application does not allow it or the server refuses it.
  private func logInAgain(
    insteadOf mine: Token,
    isRefused: Bool = false,
    _ context: CallContext,
    generation: UInt64,
    _ ready: Credentials?,
    _ late: inout Credentials?
  ) -> SessionStateMachine.RefreshResult? {
    guard let credentials = ready ?? environment.configuration.relogin?(place?.key) else { return nil }
    let context = environment.reloginContext(after: context)
    if ready == nil, context.remainingMilliseconds < environment.configuration.options.refreshTimeoutMilliseconds / 2 {
      late = credentials
      return nil
    }
    do throws(PeerIDError) {
      var (now, serverNow) = environment.times
      var other = try environment.tokens.logIn(credentials, context: context)
      // A login returns the old pair until the server has saved the refreshed pair.
      if other.isSamePair(as: mine), context.pause(milliseconds: Self.unsavedPause) == nil {
        (now, serverNow) = environment.times
        other = try environment.tokens.logIn(credentials, context: context)
      }
      other = other.asGeneration(generation)
      if other.isOfAnotherUser(than: mine) {
        log(.error, "the relogin returned the tokens of another user: they are not used")
        return nil
      }
      let replacesMine = withState {
        $0.machine.isReplaced(byLogIn: other, isRefused: isRefused, now: now, serverNow: serverNow)
      }
      return replacesMine ? .adopted(other.identified(as: mine)) : .unsaved
    } catch {
      log(.error, "the relogin failed: \(error)")
      // Unless the server refused the credentials, a later attempt may succeed.
      return error.outcome == .notDone && !error.isRetryable ? nil : .transient(error.afterAnswer)
    }
  }

  /// Removes the expiry of a new pair if it has already passed, because another refresh would not return a better one.
  /// The token is then used until the server answers HTTP 401.
  private func withUsableExpiry(_ renewed: Token) -> Token {
    let now = environment.transport.serverClock.nowMilliseconds
    guard let expiry = renewed.expiresAtMilliseconds, let now, expiry <= now else { return renewed }
    log(.warning, "the new token has expired already by the server's clock: its expiry is ignored")
    return renewed.withoutExpiry()
  }

  /// Sends the refresh token. If it is refused while the server may not have saved the pair yet, sends it again after a
  /// pause. A refusal changes nothing, so this is safe.
  private func send(
    _ refreshToken: Bytes,
    of mine: Token,
    _ context: CallContext
  ) -> SessionStateMachine.RefreshResult {
    while true {
      let result: SessionStateMachine.RefreshResult
      do throws(PeerIDError) {
        let renewed = try environment.tokens.refresh(refreshToken, context: context)
        // A proxy may have mixed up two answers. The session must never act for another user.
        if renewed.isOfAnotherUser(than: mine) {
          throw Answer.malformed(TokenReader.Malformed(reason: "belongs to another user"))
        }
        result = .renewed(renewed)
      } catch {
        result = RefreshFailure.result(of: error)
      }
      // `mayBeUnsaved` is read after the request, because the server's time is unknown before its first answer.
      guard case .refused = result, mayBeUnsaved, context.pause(milliseconds: Self.unsavedPause) == nil
      else { return result }
    }
  }

  /// Whether the server may refuse the refresh token only because it has not saved the pair yet.
  var isInDoubtOfRefusal: Bool {
    let (now, serverNow) = environment.times
    return withState { $0.machine.isInDoubtOfRefusal(now: now, serverNow: serverNow) }
  }

  private var mayBeUnsaved: Bool {
    let (now, serverNow) = environment.times
    let age = environment.policy.earlyRefusalAge
    return withState { $0.machine.mayBeUnsaved(for: age, now: now, serverNow: serverNow) }
  }

  /// If the refresh token was refused, another session of the same user in this client may have refreshed the pair.
  /// Returns the pair of that session in place of the refusal.
  func withOtherPair(_ result: SessionStateMachine.RefreshResult) -> SessionStateMachine.RefreshResult {
    guard case .refused(let error) = result, error.isUsedRefreshToken,
      let other = environment.table.otherPair(of: token, than: self), !isEarlier(other, asked: environment.times)
    else { return result }
    return .adopted(other.identified { $0 = token.identity.filled(from: $0) })
  }

  /// Passes the result to the state machine and wakes the waiting calls.
  private func end(_ flight: RefreshFlight, _ result: SessionStateMachine.RefreshResult) {
    let (now, serverNow) = environment.times
    let jitter = Jitter.fraction()
    // Report before waking a caller, because that caller may then free what the log callback uses.
    report(result)
    // Also update the table first: another session of the user may look for the new pair as soon as a caller is woken.
    switch result {
    case .renewed(let newest), .adopted(let newest): environment.table.update(self, newest)
    case .refused, .unsaved, .transient, .unknown: break
    }
    var taken: Token?
    let continuations = withState { state in
      let mine = state.machine.token
      var (ended, kept) = (result, Token?.none)
      if case .adopted(let other) = result {
        ended = .adopted(next(other, after: mine))
        // Until the server has saved this session's pair, a refusal does not mean that the other pair is the valid one.
        let mayBeAccepted = state.machine.isInDoubtOfRefusal(now: now, serverNow: serverNow)
        if mayBeAccepted, !mine.isSamePair(as: other), !mine.isPredecessor(of: other) { kept = mine }
      }
      var failure = state.machine.refreshEnded(ended, now: now, serverNow: serverNow, jitter: jitter)
      if failure == nil {
        state.pairOrder = environment.nextOrder()
        state.offered = kept.map { Offer(pair: $0, isNewer: false) }
      } else if let offered = state.offered, offered.isNewer || result.isRefusal, !state.hasEnded {
        // If the session is not over, keep its current pair: the server may accept it later.
        let isInDoubt = state.machine.isOver == nil
        state.offered = isInDoubt ? SessionCore.Offer(pair: state.machine.token, isNewer: false) : nil
        let pair = adopt(offered.pair, &state, now: now, serverNow: serverNow)
        // The store may have the pair that was refused.
        if place != nil { state.saving.failed(Self.rivalIsStored, pair, replacing: nil, now: now) }
        taken = pair
        failure = nil
      }
      state.headers = Self.headers(for: state.machine.token, environment)
      if state.flight === flight { state.flight = nil }
      return flight.finish(failure)
    }
    if let taken {
      environment.table.update(self, taken)
      keepTryingToSave()
    }
    for continuation in continuations { continuation() }
  }

  /// Gives another pair a generation that no earlier pair of the session had.
  private func next(_ other: Token, after mine: Token) -> Token {
    other.isSamePair(as: mine) ? other : other.asGeneration(max(other.generation, mine.generation &+ 1))
  }

  private func report(_ result: SessionStateMachine.RefreshResult) {
    let statistics = environment.transport.statistics
    switch result {
    case .renewed: statistics.add(.refreshesRenewed)
    case .adopted: statistics.add(.refreshesFoundNewer)
    case .refused, .unsaved: statistics.add(.refreshesRejected)
    case .transient(let error):
      statistics.add(.refreshesFailed)
      if error.code == .store { statistics.add(.storeFailures) }
    case .unknown: statistics.add(.refreshesUnknown)
    }
    switch result {
    case .renewed(let token): log(.info, "session refreshed, generation \(token.generation)")
    case .adopted: log(.info, "session uses newer tokens from the store, another session or a login")
    case .refused(let error): log(.error, "refresh token refused: \(error)")
    case .unsaved: log(.warning, "refresh token refused: the server has not saved the new tokens yet")
    case .transient(let error): log(.warning, "refresh failed, the tokens are unchanged: \(error.explanation)")
    case .unknown(let error): log(.warning, "refresh without an answer: \(error.explanation)")
    }
  }
}
