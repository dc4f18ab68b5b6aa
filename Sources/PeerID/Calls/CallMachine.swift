/// Decides the next step of a call. The machine does no I/O: a driver carries out each step and reports the result.
///
/// ```
/// event   started · decision · answer · refreshEnded · pauseOver · taskEnded · interrupted
/// step    ask · send · awaitRefresh · pause · runTask · finish
/// ```
///
/// `BlockingDriver` runs a call on the caller's thread, `EventLoopDriver` on the client's I/O thread. Both run this
/// machine.
struct CallMachine {
  /// The purpose of the call.
  enum Purpose: Sendable {
    /// A call of the chain through the server, which needs no token.
    case read
    /// A request with the session's token.
    case session
    /// A token for a request that the application sends itself; `refused` is the generation of the token that the
    /// server refused, 0 for none.
    case externalToken(refused: UInt64)
    /// A refresh of the tokens with this generation.
    case refresh(supersedes: UInt64)
    /// Work that may block in a store: exchange, restore, open, log out.
    case task
    /// A login. The server may return expired tokens; they are refreshed before the call ends.
    case logIn
  }

  enum Event {
    case started
    /// The session's answer to a question.
    case decision(SessionStateMachine.Decision)
    /// The server's answer, or the reason why no answer came.
    case answer(Result<Response, PeerIDError>)
    /// The refresh that the call waited for has ended, with an error if it failed.
    case refreshEnded(PeerIDError?)
    case pauseOver
    case taskEnded(Result<CallResult, PeerIDError>)
    /// The call has to end early. `verdict` is the refusal of the refresh token, if the call waits for a refresh that
    /// the server has refused.
    case interrupted(CallContext.Interruption, verdict: PeerIDError?)
  }

  enum Step {
    /// Ask the session, and report its decision.
    case ask(SessionStateMachine.Question)
    /// Send the request, with this token if the purpose needs one. If the purpose needs a token but the token is `nil`,
    /// do not send the request, but a chain read for the newest entry of the payer's history.
    case send(Token?)
    /// Wait until the running refresh ends.
    case awaitRefresh
    /// Wait for this many milliseconds.
    case pause(Int64)
    /// Run the task of the call.
    case runTask
    case finish(Result<CallResult, PeerIDError>)
  }

  /// The error when the server refuses both an external token and the refreshed token.
  static var externalTokenRefused: PeerIDError {
    PeerIDError(
      .rejected,
      .notDone,
      "the server refuses the session's token (HTTP 401), and the refreshed one as well",
      httpStatus: 401
    )
  }

  /// How many HTTP 401 answers a call accepts before it fails with the last one.
  static let maximumRefusals = 20

  private let purpose: Purpose
  /// The operations to check against the token's scope.
  private let scope: OperationBatch?
  /// Whether the payer's history is read before anything is sent; see `Mark`.
  private let marks: Bool
  /// The newest entry of the payer's history.
  private(set) var newestEntry: String?
  private var isMarking = false
  /// How many times the request was sent, and how many times the call waited for a refresh.
  private(set) var sendings: Int64 = 0
  private(set) var refreshWaits: Int64 = 0
  private var attempts = SessionStateMachine.Attempts()
  /// How many HTTP 401 answers the call has received.
  private var refusals = 0
  /// The last HTTP 401, while the call tries to recover from it.
  private var refusal: PeerIDError?
  /// The generation of the token that was sent last.
  private var generation: UInt64 = 0
  private var hasRequestedRefresh = false
  private var isAwaitingRefresh = false
  private var isPausing = false
  /// The result of a login whose token has to be refreshed first.
  private var result: CallResult?

  /// Whether the request is being sent again because the server refused its token.
  var isResend: Bool { refusals > 0 }

  init(_ purpose: Purpose, scope: OperationBatch? = nil, marks: Bool = false) {
    self.purpose = purpose
    self.scope = scope
    self.marks = marks
  }

  /// The next step after `event`.
  @inline(never)
  mutating func next(_ event: Event) -> Step {
    switch event {
    case .started: start()
    case .decision(let decision): follow(decision)
    case .answer(let answer): receive(answer)
    case .refreshEnded(let failure): afterRefresh(failure)
    case .pauseOver: askForToken()
    case .taskEnded(let result): afterTask(result)
    case .interrupted(let interruption, let verdict): .finish(.failure(error(for: interruption, verdict)))
    }
  }

  private mutating func start() -> Step {
    switch purpose {
    case .read: return .send(nil)
    case .session where marks:
      isMarking = true
      return .send(nil)
    case .session: return askForToken()
    case .externalToken(refused: 0): return askForToken()
    case .externalToken(let refused):
      refusal = Self.externalTokenRefused
      generation = refused
      refusals = 1
      return .ask(.afterRefusal(generation: refused, attempts: nil))
    case .refresh(let generation): return .ask(.refresh(supersedes: generation))
    case .task, .logIn: return .runTask
    }
  }

  private mutating func askForToken() -> Step {
    refusal = nil
    isPausing = false
    switch purpose {
    case .externalToken: return .ask(.token(isExternal: true))
    case .logIn: return .ask(.unexpiredToken)
    default: return .ask(.token(isExternal: false))
    }
  }

  private mutating func follow(_ decision: SessionStateMachine.Decision) -> Step {
    switch decision {
    case .use(let token, _): return use(token)
    case .wait:
      if refusal != nil { attempts.refreshes += 1 }
      if case .refresh = purpose { hasRequestedRefresh = true }
      isAwaitingRefresh = true
      refreshWaits += 1
      return .awaitRefresh
    case .resend(afterMilliseconds: 0): return askForToken()
    case .resend(let pause):
      attempts.early += 1
      isPausing = true
      return .pause(pause)
    case .fail(let error): return .finish(.failure(afterRefusals(error)))
    case .giveUp: return .finish(.failure(refusal ?? Self.externalTokenRefused))
    }
  }

  private mutating func use(_ token: Token) -> Step {
    switch purpose {
    case .externalToken: return .finish(.success(.token(token)))
    case .refresh: return .finish(.success(.done))
    case .task, .logIn: return .finish(.success(result ?? .done))
    case .read, .session: break
    }
    do throws(PeerIDError) {
      try scope?.checkScope(of: token)
    } catch {
      return .finish(.failure(afterRefusals(error)))
    }
    generation = token.generation
    sendings += 1
    return .send(token)
  }

  @inline(never)
  private mutating func receive(_ answer: Result<Response, PeerIDError>) -> Step {
    if isMarking { return noteHistory(answer) }
    switch answer {
    case .success(let response): return .finish(.success(.response(response)))
    case .failure(let error):
      guard case .session = purpose, error.httpStatus == 401 else { return .finish(.failure(afterRefusals(error))) }
      refusals += 1
      if refusals > Self.maximumRefusals { return .finish(.failure(error)) }
      refusal = error
      return .ask(.afterRefusal(generation: generation, attempts: attempts))
    }
  }

  @inline(never)
  private mutating func noteHistory(_ answer: Result<Response, PeerIDError>) -> Step {
    isMarking = false
    do throws(PeerIDError) {
      newestEntry = try Mark.newestEntry(in: try answer.get())
      return askForToken()
    } catch {
      let reason = "no operation was sent, because the payer's history could not be read first: "
      return .finish(.failure(error.withOutcome(.notSent, prefix: reason)))
    }
  }

  private mutating func afterRefresh(_ failure: PeerIDError?) -> Step {
    isAwaitingRefresh = false
    if case .refresh = purpose {
      return .finish(failure.map { .failure($0) } ?? .success(.done))
    }
    if refusal != nil { return .ask(.afterRefusal(generation: generation, attempts: attempts)) }
    return askForToken()
  }

  private mutating func afterTask(_ ended: Result<CallResult, PeerIDError>) -> Step {
    guard case .logIn = purpose, case .success(let result) = ended else { return .finish(ended) }
    self.result = result
    return askForToken()
  }

  /// Sets the outcome to *not done* if a request reached the server: HTTP 401 means that the server did not carry it
  /// out, and a login can be repeated.
  private func afterRefusals(_ error: PeerIDError) -> PeerIDError {
    hasReachedServer ? error.afterAnswer : error
  }

  private var hasReachedServer: Bool { refusals > 0 || result != nil }

  private func error(for interruption: CallContext.Interruption, _ verdict: PeerIDError?) -> PeerIDError {
    // The verdict is the server's answer to the refresh that the call waited for.
    if interruption == .timedOut, let verdict {
      return hasRequestedRefresh ? verdict.afterAnswer : afterRefusals(verdict)
    }
    // The requested refresh continues, so its result is unknown.
    let outcome: Outcome = hasRequestedRefresh ? .unknown : hasReachedServer ? .notDone : .notSent
    return PeerIDError(interruption, outcome, while: waitReason)
  }

  /// What the call waits for, for the message of a timeout.
  private var waitReason: String {
    if isPausing { return "waiting for the server to accept its new token" }
    if isAwaitingRefresh { return "waiting for the token to be refreshed" }
    return isResend ? "waiting to be sent again" : "waiting to be sent"
  }
}

/// The result of a call that succeeds.
enum CallResult: Sendable {
  case response(Response)
  case session(SessionLease)
  case token(Token)
  indirect case settlement(Settlement)
  indirect case account(Account)
  case done
}
