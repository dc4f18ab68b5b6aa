import Synchronization

/// Runs every kind of call once, without a server, so that a later `fork` during a first call is safe.
///
/// The Swift runtime creates the metadata of a generic type when it is first used, under internal locks that no fork
/// handler can take. If a process forks while another thread is in its first call, such a lock stays held in the child
/// forever. So the first client of a process runs all calls on the thread that creates it. Embedded Swift creates no
/// metadata, so it needs no warmup.
enum RuntimeWarmup {
  private static let operations = [
    // Operations without escapes.
    #"[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.1","to":"1.2.2","#
      + #""amount":{"amount":1,"asset_id":"1.3.0"}},{"op_name":"bet_cancel","#
      + #""fee_asset":"1.3.0","bettor_id":"1.2.1","bet_to_cancel":"1.26.1"}]"#,
    // An operation with an escape, and with a field that does not exist.
    #"{"op_name":"transfer","form":"\n"}"#,
  ]
  private static let token =
    #"{"token":"a","refresh_token":"b","scope":[0],"expires":"2000-01-01T00:00:00.000Z","app_id":1,"user_id":1}"#
  private static let answers: [(status: Int, body: String)] = [
    (200, #"{"status":200,"result":{"id":"a","block_num":1,"trx_num":0,"trx":{"operation_results":[[1,"1.22.7"]]}}}"#),
    (200, #"{"status":200,"result":{"\u0069d":[1e300]}}"#),
    (400, #"{"status":400,"error":{"refresh_token":"no"}}"#),
    (400, #"{"status":400,"error":{"code":"a%20\u0073ecret"}}"#),
    (401, #"{"status":401,"error":"unauthorized"}"#),
    (500, #"{"status":500,"error":"Assert Exception: a: b"}"#),
    (502, "<h1>Bad Gateway</h1>"),
  ]

  private static let hasRun = Atomic<Bool>(false)

  /// Runs the calls, unless an earlier client of the process has run them.
  static func runOnce(_ configuration: Configuration) {
    guard !hasRun.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var silent = configuration
    silent.log = .silent
    silent.relogin = nil
    silent.isInterrupted = nil
    silent.store = .memory()
    guard let engine = try? CallEngine(silent, .unreachable), let session = begin(engine) else { return }
    run(blockingCalls(engine, session) + taskCalls(engine) + chainCalls(engine), engine)
    readTexts(engine)
    #if !hasFeature(Embedded)
      describe(Result<CallResult, PeerIDError>.self)
      describe(Result<Response, PeerIDError>.self)
      describe(CallResult?.self)
      describe((AsyncCall, Result<CallResult, PeerIDError>).self)
    #endif
    refresh(session, engine)
    cancel()
    complete(blockingCalls(engine, session), engine)
    engine.close()
  }

  private static func begin(_ engine: CallEngine) -> SessionCore? {
    guard let pair = try? Bytes(token).withBytes({ (json) throws(PeerIDError) in try Client.token(in: json) }),
      case .session(let lease)? = try? engine.run(
        .task(.open) { (context) throws(PeerIDError) in
          .session(try engine.opening.begin(key: "warmup", by: .logIn, context) { pair })
        }
      )
    else { return nil }
    return lease.core
  }

  private static func blockingCalls(_ engine: CallEngine, _ session: SessionCore) -> [Call] {
    for text in operations {
      for validation in [Options.Validation.known, .off] {
        try? Bytes(text).withBytes { (json) throws(PeerIDError) in
          try OperationBatch(json: json, validation: validation).checkScope(of: session.token)
        }
      }
    }
    let url = engine.endpoints.operations
    let submission = SessionCall(kind: .operations, url: url, body: Bytes("{\"operations\":\(operations[0])}"))
    for (status, body) in answers { read(status, Bytes(body), submission, engine) }
    let read = HTTPRequest(kind: .chainRead, url: url, headers: engine.readHeaders, body: nil)
    return [.session(session, submission), .externalToken(session, refused: 0), .read(read)]
  }

  private static func taskCalls(_ engine: CallEngine) -> [Call] {
    let credentials = Credentials(login: "a", password: "b")
    let tokens = engine.environment.tokens
    return [
      .logIn { (context) throws(PeerIDError) in
        let token = try tokens.logIn(credentials, context: context)
        return .session(try engine.opening.begin(key: nil, by: .logIn, context) { token })
      },
      .task(.open) { (context) throws(PeerIDError) in
        .token(try tokens.exchange(code: Bytes("a"), context: context))
      },
      .task(.open) { (context) throws(PeerIDError) in .session(try engine.opening.open(key: "warmup", context)) },
    ]
  }

  /// Calls that read the chain.
  private static func chainCalls(_ engine: CallEngine) -> [Call] {
    let body = Bytes("{\"operations\":\(operations[0])}")
    let mark = Mark(payer: "1.2.1", after: "1.11.0", sentBy: 0, request: body).json
    return [
      .task(.readChain) { (context) throws(PeerIDError) in
        .account(try AccountLookup(reader: engine.chainReader(context)).existing("a"))
      },
      .task(.readChain) { (_) throws(PeerIDError) in
        _ = try AccountLookup(reader: chain).decision(user: "a")
        return .account(try AccountLookup(reader: chain).existing("1.2.1"))
      },
      .task(.settle) { (_) throws(PeerIDError) in
        let mark = try mark.withBytes { (json) throws(PeerIDError) in try Mark(json) }
        let settlement = try Settler(reader: chain).settle(mark)
        _ = settlement.response
        return .settlement(settlement)
      },
    ]
  }

  private static var chain: ChainReader {
    ChainReader { (_, method, _) throws(PeerIDError) in Response(json: Bytes(answer(to: method))) }
  }

  /// The answer of a node whose chain contains a transaction that may be the marked one.
  private static func answer(to method: String) -> String {
    switch method {
    case "get_account_by_name": #"{"id":"1.2.1","name":"a"}"#
    case "get_objects": #"[{"id":"1.2.1","name":"a"}]"#
    case "get_custom_permissions": #"[{"permission_name":"pidabcdefg"}]"#
    case "get_dynamic_global_properties": #"{"last_irreversible_block_num":1}"#
    case "get_block_header": #"{"timestamp":"2000-01-01T00:00:00"}"#
    case "get_account_history": #"[{"id":"1.11.1","op":[0,{}],"block_num":1,"trx_in_block":0}]"#
    case "get_transaction": #"{"operations":[[0,{}],[68,{}]]}"#
    default: #"{"transaction_ids":["a"]}"#
    }
  }

  /// Parses and checks input, which sends nothing.
  private static func readTexts(_ engine: CallEngine) {
    _ = try? AuthorizationRedirect.code(in: Bytes("https://a.example/?b=c?state=d&code=e"), expectedState: "d")
    _ = try? RandomText.urlSafe()
    _ = OperationCatalogue.standard.description(of: "transfer")
    _ = engine.environment.transport.statistics.report(asynchronousInFlight: 0)
    _ = engine.assets.keep(Asset(id: "1.3.0", symbol: "a", precision: 0), as: "a")
  }

  private static func read(_ status: Int, _ body: Bytes, _ call: SessionCall, _ engine: CallEngine) {
    let secrets = [Bytes("a secret")]
    let request = HTTPRequest(kind: .exchange, url: call.url, headers: engine.readHeaders, body: nil, secrets: secrets)
    body.withBytes { bytes in
      let answer = HTTPResponse(status: status, body: bytes, request: request)
      _ = Answer.result(of: .success(answer), to: .exchange)
      switch call.read(.success(answer)) {
      case .success(let response): _ = response.createdObjectIDs
      case .failure(let error): _ = (error.description, RefreshFailure.result(of: error))
      }
    }
  }

  private static func run(_ calls: [Call], _ engine: CallEngine) {
    let context = engine.asynchronousContext(nil)
    let driver = BlockingDriver(transport: engine.environment.transport, context: context)
    for call in calls { _ = try? driver.run(call) }
  }

  private static func refresh(_ session: SessionCore, _ engine: CallEngine) {
    guard let place = session.place else { return }
    var late: Credentials?
    _ = session.refreshStored(place, engine.environment.refreshContext(), &late)
    session.offer(session.token.renewing(session.token, atMilliseconds: 0, generation: 2))
  }

  #if !hasFeature(Embedded)
    private static let described = Atomic<Int>(0)

    /// Creates all metadata of a type. The calls above create only a part of it.
    @inline(never)
    @_semantics("optimize.sil.specialize.generic.never")
    private static func describe<Value>(_ type: Value.Type) {
      described.store(Int(bitPattern: unsafeBitCast(type, to: UnsafeRawPointer.self)), ordering: .relaxed)
      var fingerprints = [UInt64(truncatingIfNeeded: described.load(ordering: .relaxed))]
      fingerprints = fingerprints.suffix(described.load(ordering: .relaxed) & 7) + [1]
      described.store(fingerprints.count, ordering: .relaxed)
    }
  #endif

  private static func cancel() {
    let cancellation = Cancellation()
    let sleeper = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
    cancellation.enter(sleeper)
    cancellation.leave(sleeper)
    sleeper.deallocate()
  }

  /// Runs asynchronous calls to their end on this thread.
  private static func complete(_ calls: [Call], _ engine: CallEngine) {
    guard let queue = try? CompletionQueue(), let driver = EventLoopDriver(engine.loop) else { return }
    let context = engine.asynchronousContext(nil)
    driver.run(
      calls.enumerated().map {
        AsyncCall(id: UInt64($0), tag: 1, call: $1, context: context, queue: queue, engine: engine)
      }
    )
    _ = queue.next(timeoutMilliseconds: 0)
  }
}
