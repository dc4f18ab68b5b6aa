/// A call, described once for both drivers: what it is for, what it sends, and what its answer means.
struct Call: Sendable {
  /// Work that may block in a store.
  typealias Task = @Sendable (CallContext) throws(PeerIDError) -> CallResult

  enum Request: Sendable {
    /// Nothing: the call is about tokens.
    case none
    /// A request without a token that changes nothing.
    case read(HTTPRequest)
    /// A request with the session's token.
    case session(SessionCall)
    case task(Task)
  }

  let purpose: CallMachine.Purpose
  /// The session whose token is used; set by a task that begins one.
  var session: SessionCore?
  let request: Request
  /// The operations, to be checked against the token's scope.
  var scope: OperationBatch?

  static func read(_ request: HTTPRequest) -> Call {
    Call(purpose: .read, session: nil, request: .read(request))
  }

  static func session(_ session: SessionCore, _ call: SessionCall, scope: OperationBatch? = nil) -> Call {
    Call(purpose: .session, session: session, request: .session(call), scope: scope)
  }

  static func externalToken(_ session: SessionCore, refused generation: UInt64) -> Call {
    Call(purpose: .externalToken(refused: generation), session: session, request: .none)
  }

  static func refresh(_ session: SessionCore) -> Call {
    Call(purpose: .refresh(supersedes: session.token.generation), session: session, request: .none)
  }

  static func task(_ body: @escaping Task) -> Call {
    Call(purpose: .task, session: nil, request: .task(body))
  }

  static func logIn(_ body: @escaping Task) -> Call {
    Call(purpose: .logIn, session: nil, request: .task(body))
  }

  /// What the request asks of the server.
  var kind: RequestKind {
    switch request {
    case .none, .task: .chainRead
    case .read(let request): request.kind
    case .session(let call): call.kind
    }
  }

  /// The request to send; `headers` are those of the token.
  func httpRequest(_ headers: HeaderList?) -> HTTPRequest? {
    switch request {
    case .none, .task: nil
    case .read(let request): request
    case .session(let call): headers.map { call.request($0) }
    }
  }

  /// What the answer means.
  func read(_ outcome: Result<HTTPResponse, TransportFailure>) -> Result<Response, PeerIDError> {
    Answer.response(of: outcome, to: kind)
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
