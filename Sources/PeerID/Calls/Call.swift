/// A description of one call, used by both drivers: its purpose, its request, and how to read the answer.
package struct Call: Sendable {
  /// Work that may block in a store.
  typealias Task = @Sendable (CallContext) throws(PeerIDError) -> CallResult

  enum Request: Sendable {
    /// No request: the call only obtains or refreshes tokens.
    case none
    /// A call of the chain through the server, which needs no token.
    case read(HTTPRequest)
    /// A request with the session's token.
    case session(SessionCall)
    case task(Task)
  }

  /// What is read from the chain before the request is sent, so that an unknown outcome can be settled later.
  struct Marking: Sendable {
    let read: HTTPRequest
    let payer: String
  }

  /// The kind under which the statistics count the call.
  let countedAs: CallKind
  let purpose: CallMachine.Purpose
  /// The session whose token is used. A task that creates a session sets this property.
  var session: SessionCore?
  let request: Request
  /// The environment whose log the call writes to when it has no session.
  var environment: SessionEnvironment?
  /// The operations to check against the token's scope.
  var scope: OperationBatch?
  var marking: Marking?

  static func read(_ request: HTTPRequest) -> Call {
    Call(countedAs: .readChain, purpose: .read, session: nil, request: .read(request))
  }

  static func session(
    _ session: SessionCore,
    _ call: SessionCall,
    scope: OperationBatch? = nil,
    marking: Marking? = nil
  ) -> Call {
    Call(
      countedAs: CallKind(call.kind),
      purpose: .session,
      session: session,
      request: .session(call),
      scope: scope,
      marking: marking
    )
  }

  static func externalToken(_ session: SessionCore, refused generation: UInt64) -> Call {
    Call(countedAs: .acquireToken, purpose: .externalToken(refused: generation), session: session, request: .none)
  }

  static func refresh(_ session: SessionCore) -> Call {
    let purpose = CallMachine.Purpose.refresh(supersedes: session.token.generation)
    return Call(countedAs: .refresh, purpose: purpose, session: session, request: .none)
  }

  static func task(_ kind: CallKind, _ body: @escaping Task) -> Call {
    let task: Task = { (context) throws(PeerIDError) in
      do throws(PeerIDError) {
        return try body(context)
      } catch {
        throw context.hasReadChain ? error.afterAnswer : error
      }
    }
    return Call(countedAs: kind, purpose: .task, session: nil, request: .task(task))
  }

  static func logIn(_ body: @escaping Task) -> Call {
    Call(countedAs: .login, purpose: .logIn, session: nil, request: .task(body))
  }

  /// The kind of request that is sent.
  var kind: RequestKind {
    switch request {
    case .none, .task: .chainRead
    case .read(let request): request.kind
    case .session(let call): call.kind
    }
  }

  /// The machine that runs the call.
  var machine: CallMachine { CallMachine(purpose, scope: scope, marks: marking != nil) }

  /// The request to send; `headers` are those of the token.
  func httpRequest(_ headers: HeaderList?) -> HTTPRequest? {
    switch request {
    case .none, .task: nil
    case .read(let request): request
    case .session(let call): headers.map { call.request($0) } ?? marking?.read
    }
  }

  /// Converts the answer to a response or an error; `token` is the generation of the token that was sent. Logs unknown
  /// outcomes and server failures.
  func read(_ outcome: Result<HTTPResponse, TransportFailure>, token: UInt64?) -> Result<Response, PeerIDError> {
    let answer: Result<Response, PeerIDError>
    let kind = marking == nil || token != nil ? self.kind : .chainRead
    if case .session(let call) = request, token != nil {
      answer = call.read(outcome)
    } else {
      answer = Answer.response(of: outcome, to: kind)
    }
    if case .failure(let error) = answer, error.isWorthLogging { report(error, in: kind.rawValue) }
    return answer
  }

  /// Logs that the request is resent after HTTP 401.
  func logResend() {
    environment?.log(.info, of: session?.name, "\(kind): sent again, because the server refused the token (HTTP 401)")
  }

  /// Logs the error of a request, or of the whole call.
  func report(_ error: PeerIDError, in call: String) {
    environment?.configuration.report(error, of: session?.name, in: call)
  }

  /// Adds the ended call to the statistics.
  func count(_ result: Statistics.Result, _ machine: CallMachine, _ context: CallContext, _ statistics: Statistics) {
    statistics.ended(countedAs, result, microseconds: Clock.monotonicMicroseconds() - context.began)
    if machine.sendings > 1 { statistics.add(.resends, machine.sendings - 1) }
    if machine.refreshWaits > 0 { statistics.add(.refreshWaits, machine.refreshWaits) }
  }

  /// The error to return. If the operations may have been done, it carries the mark with which the outcome can be
  /// settled.
  func settleable(_ error: PeerIDError, _ machine: CallMachine, _ clock: ServerClock) -> PeerIDError {
    guard error.outcome == .unknown, case .session(let call) = request, let payer = marking?.payer,
      let newest = machine.newestEntry
    else { return error }
    let now = (clock.nowMilliseconds ?? Clock.wallMilliseconds()) / 1000
    return error.marked(Mark(payer: payer, after: newest, sentBy: now, request: call.body).json)
  }
}

extension CallKind {
  /// The kind under which statistics count the call of a session that sends this request.
  init(_ request: RequestKind) {
    switch request {
    case .confirmation: self = .confirm
    case .broadcast: self = .broadcast
    default: self = .submit
    }
  }
}

extension Statistics.Result {
  init(_ outcome: Outcome) {
    switch outcome {
    case .notSent: self = .notSent
    case .notDone: self = .notDone
    case .unknown: self = .unknown
    }
  }
}

extension Result<Response, PeerIDError> {
  /// Whether the answer shows that the server accepted the token.
  var showsAcceptedToken: Bool {
    switch self {
    case .success: true
    case .failure(let error): error.httpStatus == 400
    }
  }
}
