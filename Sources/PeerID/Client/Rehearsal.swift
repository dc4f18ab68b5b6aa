/// What a call does, done once without a server before there can be any.
///
/// The Swift runtime makes the descriptions of generic types when they are first used, under locks of its own, which no
/// fork handler can take. A process that forks while another thread is in its very first call would leave such a lock held
/// in the child for ever. So the first client of a process goes through the motions of a call.
enum Rehearsal {
  private static let plain =
    #"[{"op_name":"transfer","fee_asset":"1.3.0","from":"1.2.1","to":"1.2.2","#
    + #""amount":{"amount":1,"asset_id":"1.3.0"}},{"op_name":"bet_cancel","#
    + #""fee_asset":"1.3.0","bettor_id":"1.2.1","bet_to_cancel":"1.26.1"}]"#
  /// With an escape, which is not plain, and with a field that does not exist.
  private static let faulty = #"{"op_name":"transfer","form":"\n"}"#
  private static let token =
    #"{"token":"a","refresh_token":"b","scope":[0],"expires":"2099-01-01T00:00:00.000Z","app_id":1,"user_id":1}"#
  private static let answers: [(status: Int, body: String)] = [
    (200, #"{"status":200,"result":{"id":"a","block_num":1,"trx_num":0,"trx":{"operation_results":[[1,"1.22.7"]]}}}"#),
    (200, #"{"status":200,"result":{"\u0069d":[1e300]}}"#),
    (400, #"{"status":400,"error":{"operations":"no"}}"#),
    (401, #"{"status":401,"error":"unauthorized"}"#),
    (502, "<h1>Bad Gateway</h1>"),
  ]

  /// Goes through the motions, with a client that is complete.
  static func run(_ core: ClientCore) {
    let token = Bytes(token)
    guard let document = try? JSONDocument(parsing: token.raw),
      case .success(let pair) = TokenReader.read(document.root)
    else { return }
    let session = Session(core: core, token: pair, place: nil, credentials: nil)
    let call = submission(pair)
    for (status, body) in answers { read(status, Bytes(body), call) }
    _ = try? session.freshToken()
    _ = try? session.send(call)
    completeAsynchronously(session, call)
    core.transport.closeIdleConnections()
  }

  private static func submission(_ pair: Token) -> SessionCall {
    let text = Bytes(plain)
    for (json, validation) in [(text, Options.Validation.known), (text, .off), (Bytes(faulty), .known)] {
      try? OperationBatch(json: json.raw, validation: validation).checkScope(of: pair)
    }
    // No scheme that libcurl may use: it refuses the address before it opens anything.
    return SessionCall(url: Bytes("rehearsal://none/"), body: Bytes.joining("{\"operations\":", text.raw, "}"))
  }

  private static func read(_ status: Int, _ body: Bytes, _ call: SessionCall) {
    let answer = HTTPResponse(status: status, body: body.raw, isTruncated: false, retryAfterMilliseconds: nil)
    switch call.read(.success(answer)) {
    case .success(let response): _ = response.createdObjectIDs
    case .failure(let error): _ = error.description
    }
  }

  private static func completeAsynchronously(_ session: Session, _ call: SessionCall) {
    guard let queue = try? CompletionQueue() else { return }
    let core = session.core
    let loop = EventLoop(
      settings: core.loop.settings,
      options: core.configuration.options,
      clock: core.clock,
      serverClock: core.transport.serverClock,
      quota: CallQuota(limit: .max)
    )
    let read = HTTPRequest(url: call.url, headers: core.readHeaders, body: nil, effect: .reads, answerIsSecret: false)
    let works: [AsyncCall.Work] = [.session(session, call, nil), .token(session, refused: 0), .read(read)]
    loop.rehearse(
      works.enumerated().map {
        AsyncCall(id: UInt64($0), tag: 1, work: $1, context: core.asynchronousContext(), queue: queue)
      }
    )
    _ = queue.next(timeoutMilliseconds: 0)
  }
}
