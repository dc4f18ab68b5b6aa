import Testing

@testable import PeerID

/// The steps of a call after each event, without I/O.
@Suite struct CallMachineTests {
  private static func token(_ generation: UInt64) -> Token {
    Token(
      accessToken: Bytes("access\(generation)"),
      refreshToken: nil,
      scope: nil,
      expiresAtMilliseconds: nil,
      generation: generation
    )
  }

  private static let unauthorized = PeerIDError(.rejected, .notDone, "unauthorized", httpStatus: 401)
  private static let lost = PeerIDError(.connectionLost, .unknown, "lost")
  private static let failed = PeerIDError(.server, .notSent, "no refresh")
  private static let over = PeerIDError(.loginRequired, .notSent, "over")

  private static let use1 = CallMachine.Event.decision(.use(token(1), beginsRefresh: false))
  private static let use2 = CallMachine.Event.decision(.use(token(2), beginsRefresh: true))
  private static let wait = CallMachine.Event.decision(.wait(beginsRefresh: true))
  private static let again = CallMachine.Event.decision(.resend(afterMilliseconds: 0))
  private static let pause = CallMachine.Event.decision(.resend(afterMilliseconds: 25))
  private static let refused = CallMachine.Event.answer(.failure(unauthorized))

  private static func describe(_ step: CallMachine.Step) -> String {
    switch step {
    case .ask(.token(let isExternal)): isExternal ? "ask external" : "ask"
    case .ask(.unexpiredToken): "ask unexpired"
    case .ask(.afterRefusal(let generation, let attempts)):
      "ask after \(generation)" + (attempts.map { " early \($0.early) refreshes \($0.refreshes)" } ?? " uncounted")
    case .ask(.refresh(let generation)): "ask refresh \(generation)"
    case .send(let token): "send \(token?.generation ?? 0)"
    case .awaitRefresh: "await"
    case .pause(let milliseconds): "pause \(milliseconds)"
    case .runTask: "task"
    case .finish(.success(.token(let token))): "token \(token.generation)"
    case .finish(.success): "done"
    case .finish(.failure(let error)): "\(error.code.name) \(error.outcome.name)"
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let purpose: CallMachine.Purpose
    let events: [CallMachine.Event]
    let steps: [String]

    init(_ name: String, _ purpose: CallMachine.Purpose, _ events: [CallMachine.Event], _ steps: [String]) {
      testDescription = name
      self.purpose = purpose
      self.events = events
      self.steps = steps
    }
  }

  private static func interrupted(
    _ reason: CallContext.Interruption,
    verdict: PeerIDError? = nil
  ) -> CallMachine.Event {
    .interrupted(reason, verdict: verdict)
  }

  static let cases: [Case] = [
    Case("a read is sent once", .read, [.answer(.failure(lost))], ["send 0", "connection_lost unknown"]),
    Case("a 401 to a read is reported", .read, [refused], ["send 0", "rejected not_done"]),
    Case(
      "a lost answer is reported, and nothing is sent again",
      .session,
      [use1, .answer(.failure(lost))],
      ["ask", "send 1", "connection_lost unknown"]
    ),
    Case(
      "a 403 is reported, and nothing is sent again",
      .session,
      [use1, .answer(.failure(PeerIDError(.notPermitted, .notDone, "forbidden", httpStatus: 403)))],
      ["ask", "send 1", "not_permitted not_done"]
    ),
    Case(
      "a call with an expired token waits for the refresh",
      .session,
      [wait, .refreshEnded(nil), use2],
      ["ask", "await", "ask", "send 2"]
    ),
    Case(
      "after a failed refresh the call uses a token that still works",
      .session,
      [wait, .refreshEnded(failed), use1],
      ["ask", "await", "ask", "send 1"]
    ),
    Case(
      "a session that cannot refresh sends nothing",
      .session,
      [.decision(.fail(over))],
      ["ask", "login_required not_sent"]
    ),
    Case(
      "after 401 the call is sent again with the refreshed token",
      .session,
      [use1, refused, wait, .refreshEnded(nil), again, use2],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "await", "ask after 1 early 0 refreshes 1", "ask", "send 2"]
    ),
    Case(
      "after 401 an error of the session has the outcome not done",
      .session,
      [use1, refused, .decision(.fail(over))],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "login_required not_done"]
    ),
    Case(
      "a call whose new token is refused is sent again after a pause",
      .session,
      [use1, refused, pause, .pauseOver, use1, refused],
      [
        "ask", "send 1", "ask after 1 early 0 refreshes 0", "pause 25", "ask", "send 1",
        "ask after 1 early 1 refreshes 0",
      ]
    ),
    Case(
      "a 401 is reported when another refresh would not help",
      .session,
      [use1, refused, .decision(.giveUp)],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "rejected not_done"]
    ),
    Case(
      "time runs out before sending",
      .session,
      [wait, interrupted(.timedOut)],
      ["ask", "await", "timeout not_sent"]
    ),
    Case(
      "time runs out after 401",
      .session,
      [use1, refused, wait, interrupted(.timedOut)],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "await", "timeout not_done"]
    ),
    Case(
      "cancelled in a pause after 401",
      .session,
      [use1, refused, pause, interrupted(.cancelled)],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "pause 25", "cancelled not_done"]
    ),
    Case(
      "an ended session is reported instead of a timeout",
      .session,
      [wait, interrupted(.timedOut, verdict: over)],
      ["ask", "await", "login_required not_sent"]
    ),
    Case(
      "a refresh is requested",
      .refresh(supersedes: 1),
      [wait, .refreshEnded(nil)],
      ["ask refresh 1", "await", "done"]
    ),
    Case("another call has just refreshed", .refresh(supersedes: 1), [use2], ["ask refresh 1", "done"]),
    Case(
      "a requested refresh fails",
      .refresh(supersedes: 1),
      [wait, .refreshEnded(lost)],
      ["ask refresh 1", "await", "connection_lost unknown"]
    ),
    Case(
      "a requested refresh continues after its call timed out",
      .refresh(supersedes: 1),
      [wait, interrupted(.timedOut)],
      ["ask refresh 1", "await", "timeout unknown"]
    ),
    Case("an external token", .externalToken(refused: 0), [use1], ["ask external", "token 1"]),
    Case(
      "an external token that was refused is replaced",
      .externalToken(refused: 1),
      [wait, .refreshEnded(nil), again, use2],
      ["ask after 1 uncounted", "await", "ask after 1 early 0 refreshes 1", "ask external", "token 2"]
    ),
    Case(
      "an external token that was refused and cannot be replaced",
      .externalToken(refused: 1),
      [.decision(.giveUp)],
      ["ask after 1 uncounted", "rejected not_done"]
    ),
    Case("a task that fails", .task, [.taskEnded(.failure(lost))], ["task", "connection_lost unknown"]),
    Case("a task that succeeds", .task, [.taskEnded(.success(.done))], ["task", "done"]),
    Case(
      "a login that returns an expired pair refreshes it",
      .logIn,
      [.taskEnded(.success(.done)), wait, .refreshEnded(nil), use2],
      ["task", "ask unexpired", "await", "ask unexpired", "done"]
    ),
    Case(
      "a login whose expired pair cannot be refreshed was sent",
      .logIn,
      [.taskEnded(.success(.done)), .decision(.fail(PeerIDError(.server, .notSent, "a refresh failed")))],
      ["task", "ask unexpired", "server not_done"]
    ),
    Case(
      "a login that is cancelled while it refreshes was sent",
      .logIn,
      [.taskEnded(.success(.done)), wait, .interrupted(.cancelled, verdict: nil)],
      ["task", "ask unexpired", "await", "cancelled not_done"]
    ),
    Case(
      "a call that cannot be sent again after a refusal was sent",
      .session,
      [use1, refused, again, use2, .answer(.failure(PeerIDError(.unreachable, .notSent, "no route")))],
      ["ask", "send 1", "ask after 1 early 0 refreshes 0", "ask", "send 2", "unreachable not_done"]
    ),
    Case(
      "a requested refresh that was refused before the timeout was sent",
      .refresh(supersedes: 1),
      [wait, .interrupted(.timedOut, verdict: over)],
      ["ask refresh 1", "await", "login_required not_done"]
    ),
    Case("a login that fails", .logIn, [.taskEnded(.failure(lost))], ["task", "connection_lost unknown"]),
  ]

  @Test(arguments: cases)
  func `each event leads to one step`(_ example: Case) {
    var machine = CallMachine(example.purpose)
    var steps = [Self.describe(machine.next(.started))]
    for event in example.events { steps.append(Self.describe(machine.next(event))) }
    #expect(steps == example.steps)
  }

  /// 0 is a transfer, 69 a bet.
  @Test(arguments: [([Int32(69), 0], "send 1"), ([69], "not_permitted not_sent")])
  func `an operation that the token does not permit is not sent`(scope: [Int32], step: String) throws {
    let json = Bytes(#"{"op_name":"transfer"}"#)
    let operations = try json.withBytes { text in try OperationBatch(json: text, validation: .off) }
    let token = Token(
      accessToken: Bytes("access"),
      refreshToken: nil,
      scope: Scope(scope),
      expiresAtMilliseconds: nil,
      generation: 1
    )
    var machine = CallMachine(.session, scope: operations)
    _ = machine.next(.started)
    #expect(Self.describe(machine.next(.decision(.use(token, beginsRefresh: false)))) == step)
    #expect(machine.sendings == (step == "send 1" ? 1 : 0))
  }

  @Test func `if the payer's history cannot be read, the operation is not sent, and the message says so`() {
    var machine = CallMachine(.session, marks: true)
    #expect(Self.describe(machine.next(.started)) == "send 0")
    guard case .finish(.failure(let error)) = machine.next(.answer(.failure(Self.lost))) else {
      Issue.record("the call continued")
      return
    }
    #expect(error.code == .connectionLost && error.outcome == .notSent && machine.sendings == 0)
    #expect(error.message == "no operation was sent, because the payer's history could not be read first: lost")
  }

  /// The outcome after a 401 is *not done*, because a request was sent.
  @Test func `after a 401 no message says that the request was not sent`() {
    func message(_ events: [CallMachine.Event]) -> String? {
      var machine = CallMachine(.session)
      var step = machine.next(.started)
      for event in events { step = machine.next(event) }
      guard case .finish(.failure(let error)) = step else { return nil }
      return error.message
    }
    let timeout = Self.interrupted(.timedOut)
    #expect(message([timeout]) == "time ran out while waiting to be sent")
    #expect(message([Self.use1, Self.refused, Self.again, timeout]) == "time ran out while waiting to be sent again")
    let failure = TransportFailure(kind: .timedOut, mayHaveBeenSent: false, reason: "")
    let unsent = CallMachine.Event.answer(.failure(ErrorClassifier.error(failure, .operations)))
    #expect(
      message([Self.use1, Self.refused, Self.again, Self.use2, unsent]) == "time ran out before a connection was ready"
    )
  }

  @Test func `a 401 counts once, however the call recovers from it`() {
    var machine = CallMachine(.session)
    _ = machine.next(.started)
    for _ in 0..<CallMachine.maximumRefusals {
      _ = machine.next(Self.use1)
      #expect(Self.describe(machine.next(Self.refused)).hasPrefix("ask after"))
      _ = machine.next(Self.wait)
      _ = machine.next(.refreshEnded(nil))
      _ = machine.next(Self.again)
    }
    _ = machine.next(Self.use1)
    #expect(Self.describe(machine.next(Self.refused)) == "rejected not_done")
  }
}
