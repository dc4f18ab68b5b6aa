extension SessionCore {
  /// The pause before asking the server again when it may not have saved a pair yet, in milliseconds.
  static let unsavedPause: Int64 = 100

  /// Carries out the refresh of a flight on a thread of the library.
  func launch(_ flight: RefreshFlight) {
    // The table finds the session until its new pair is there.
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
    guard let place else { return end(flight, withOtherPair(renew(token, context))) }
    end(flight, followLateWriter(refreshStored(place, context), place, flight, context))
  }

  /// Gets a new pair from the server: by the refresh token, or by logging in again where that is allowed and the
  /// refresh token is used or in doubt. The new pair's generation is above `floor`.
  func renew(_ mine: Token, _ context: CallContext, above floor: UInt64 = 0) -> SessionStateMachine.RefreshResult {
    let result: SessionStateMachine.RefreshResult
    if let refreshToken = mine.refreshTokenBytes {
      result = send(refreshToken, context)
    } else {
      result = .transient(PeerIDError(.loginRequired, "there is no refresh token: log the user in again"))
    }
    let next = max(mine.generation, floor) &+ 1
    switch result {
    case .renewed(let renewed), .adopted(let renewed):
      let time = environment.serverTime
      return .renewed(withUsableExpiry(renewed.renewing(mine, atMilliseconds: time, generation: next)))
    case .transient where mine.refreshTokenBytes != nil: return result
    case .transient, .refused: return logInAgain(insteadOf: mine, context, generation: next) ?? result
    case .unknown:
      guard case .adopted(let other)? = logInAgain(insteadOf: mine, context, generation: next) else { return result }
      return .adopted(other)
    }
  }

  /// Logs in again; `nil` when the application does not want it, or it brings no better pair.
  private func logInAgain(
    insteadOf mine: Token,
    _ context: CallContext,
    generation: UInt64
  ) -> SessionStateMachine.RefreshResult? {
    let kept = withState { $0.credentials }
    guard let credentials = kept ?? environment.configuration.relogin?(place?.key) else { return nil }
    let context = environment.reloginContext(after: context)
    do throws(PeerIDError) {
      var other = try environment.tokens.logIn(credentials, context: context)
      // Until the server has saved a refreshed pair a log in returns the old one.
      if other.isSamePair(as: mine), context.pause(milliseconds: Self.unsavedPause) == nil {
        other = try environment.tokens.logIn(credentials, context: context)
      }
      other = other.asGeneration(generation)
      if let user = other.userID, let own = mine.userID, user != own {
        log(.error, "the relogin returned the tokens of another user: they are not used")
        return nil
      }
      // The server hands out the old pair until it has saved the new one.
      return other.isPredecessor(of: mine) ? nil : .adopted(other.identified(as: mine))
    } catch {
      log(.error, "the relogin failed: \(error)")
      // Unless the server has refused the credentials, trying again may bring the pair.
      return error.outcome == .notDone && !error.isRetryable ? nil : .transient(error)
    }
  }

  /// The pair of a refresh, without an expiry that has passed when it comes: refreshing it again would bring no better
  /// one. HTTP 401 then tells when it is over.
  private func withUsableExpiry(_ renewed: Token) -> Token {
    let now = environment.transport.serverClock.nowMilliseconds
    guard let expiry = renewed.expiresAtMilliseconds, let now, expiry <= now else { return renewed }
    log(.warning, "the new token has expired already by the server's clock: its expiry is ignored")
    return renewed.withoutExpiry()
  }

  /// Sends the refresh token, and again after a refusal for as long as the server usually takes to save the pair.
  /// A refusal changes nothing, so sending again is safe.
  private func send(_ refreshToken: Bytes, _ context: CallContext) -> SessionStateMachine.RefreshResult {
    while true {
      // As it was when the request left: the server may have refused it and saved the pair, and accepted it, since.
      let mightBeUnsaved = mayBeUnsaved
      let result: SessionStateMachine.RefreshResult
      do throws(PeerIDError) {
        result = .renewed(try environment.tokens.refresh(refreshToken, context: context))
      } catch {
        result = RefreshFailure.result(of: error)
      }
      guard case .refused = result, mightBeUnsaved, context.pause(milliseconds: Self.unsavedPause) == nil else {
        return result
      }
    }
  }

  private var mayBeUnsaved: Bool {
    let now = environment.clock.monotonicMilliseconds()
    let serverNow = environment.transport.serverClock.nowMilliseconds
    let age = environment.policy.earlyRefusalAge
    return withState { $0.machine.mayBeUnsaved(for: age, now: now, serverNow: serverNow) }
  }

  /// Another session of the same user in this client may have refreshed the pair that the server refuses here.
  func withOtherPair(_ result: SessionStateMachine.RefreshResult) -> SessionStateMachine.RefreshResult {
    guard case .refused(let error) = result, error.isUsedRefreshToken,
      let other = environment.table.otherPair(of: token, than: self), !other.isPredecessor(of: token)
    else { return result }
    return .adopted(other.identified { $0 = token.identity.filled(from: $0) })
  }

  /// Tells the state machine and wakes those who wait.
  private func end(_ flight: RefreshFlight, _ result: SessionStateMachine.RefreshResult) {
    let now = environment.clock.monotonicMilliseconds()
    let serverNow = environment.transport.serverClock.nowMilliseconds
    let jitter = Jitter.fraction()
    // Before anyone is woken, who may then free what the handler uses.
    report(result)
    // Another session of the user may look for the new pair as soon as a caller is woken.
    switch result {
    case .renewed(let newest), .adopted(let newest): environment.table.update(self, newest)
    case .refused, .transient, .unknown: break
    }
    var taken: Token?
    let continuations = withState { state in
      var ended = result
      if case .adopted(let other) = result { ended = .adopted(next(other, after: state.machine.token)) }
      var failure = state.machine.refreshEnded(ended, now: now, serverNow: serverNow, jitter: jitter)
      if failure == nil {
        state.pairOrder = environment.nextOrder()
        state.offered = nil
      } else if let offered = state.offered, offered.isNewer || result.isRefusal, !state.hasEnded {
        // A pair that is only in doubt may turn out to be the good one.
        let isInDoubt = state.machine.isOver == nil
        state.offered = isInDoubt ? SessionCore.Offer(pair: state.machine.token, isNewer: false) : nil
        taken = adopt(offered.pair, &state, now: now, serverNow: serverNow)
        failure = nil
      }
      state.headers = Self.headers(for: state.machine.token, environment)
      if state.flight === flight { state.flight = nil }
      return flight.finish(failure)
    }
    if let taken { environment.table.update(self, taken) }
    for continuation in continuations { continuation() }
  }

  /// Another pair, with a generation that no earlier pair of the session had.
  private func next(_ other: Token, after mine: Token) -> Token {
    other.isSamePair(as: mine) ? other : other.asGeneration(max(other.generation, mine.generation &+ 1))
  }

  private func report(_ result: SessionStateMachine.RefreshResult) {
    let statistics = environment.transport.statistics
    switch result {
    case .renewed: statistics.add(.refreshesRenewed)
    case .adopted: statistics.add(.refreshesFoundNewer)
    case .refused: statistics.add(.refreshesRejected)
    case .transient(let error):
      statistics.add(.refreshesFailed)
      if error.code == .store { statistics.add(.storeFailures) }
    case .unknown: statistics.add(.refreshesUnknown)
    }
    switch result {
    case .renewed(let token): log(.info, "session refreshed, generation \(token.generation)")
    case .adopted: log(.info, "session continues with a pair from elsewhere")
    case .refused(let error): log(.error, "refresh token refused: \(error)")
    case .transient(let error): log(.warning, "refresh failed, the pair is unchanged: \(error.explanation)")
    case .unknown(let error): log(.warning, "refresh without an answer: \(error.explanation)")
    }
  }
}
