internal import PeerID

/// Handles requests: applies faults, answers as PeerID does, and logs everything.
final class SandboxCore: RequestHandler {
  /// The interval, in milliseconds, at which a held request checks whether it was released.
  private static let heldInterval = 5

  let state: Guarded<SandboxState>

  init(_ fixture: Fixture) {
    state = Guarded(SandboxState(fixture))
  }

  func nextStep(for exchange: Exchange) -> NextStep {
    let request = exchange.request
    defer { state.announceChange() }
    return state.withLock { state in
      if let page = Dashboard.answer(request) { return .answer(page) }
      if request.isControl { return control(exchange, request, &state) }
      // A request that still waited when the state was reset must not change the new state.
      if exchange.sequence > 0, exchange.sequence <= state.lastBeforeReset { return .close }
      if exchange.isHeld, exchange.sequence > state.lastReleased { return .wait(milliseconds: Self.heldInterval) }
      switch exchange.phase {
      case .reading: return arrive(exchange, request, &state)
      case .waited(let fault): return apply(fault, exchange, request, &state)
      case .answered(let answer): return finish(answer, exchange, request, &state)
      }
    }
  }

  func ended(_ exchange: Exchange, _ ending: Ending) {
    guard exchange.sequence != 0 else { return }
    let now = PeerID.Clock.wallMicroseconds()
    state.withLock { state in
      state.log.update(exchange.sequence) { entry in
        entry.ended = now
        if entry.isDelivered == nil { entry.isDelivered = ending == .answered }
      }
    }
    state.announceChange()
  }

  func date() -> String { TimeText.http(seconds: state.withLock { $0.now } / 1_000) }

  private func control(_ exchange: Exchange, _ request: HTTPRequest, _ state: inout SandboxState) -> NextStep {
    if let condition = RequestCondition(request), !condition.holds(state) {
      let now = PeerID.Clock.monotonicMicroseconds()
      let deadline = exchange.deadline ?? now + condition.waitMilliseconds * 1_000
      exchange.deadline = deadline
      if now < deadline { return .wait(milliseconds: 2) }
    }
    return .answer(state.control(request))
  }

  private func arrive(_ exchange: Exchange, _ request: HTTPRequest, _ state: inout SandboxState) -> NextStep {
    exchange.sequence = state.log.nextSequence()
    let fault = state.faults.take(for: request.route)
    state.counts.arrived(countKey(request))
    state.log.append(
      LoggedRequest(
        sequence: exchange.sequence,
        arrived: PeerID.Clock.wallMicroseconds(),
        request: request,
        fault: fault?.name
      )
    )
    guard let fault else {
      return finish(process(exchange, request, &state), exchange, request, &state)
    }
    if case .delayAfter = fault.action {
      exchange.phase = .answered(process(exchange, request, &state))
      return delay(fault, exchange)
    }
    if fault.milliseconds > 0 {
      exchange.phase = .waited(fault)
      return delay(fault, exchange)
    }
    return apply(fault, exchange, request, &state)
  }

  private func delay(_ fault: Fault, _ exchange: Exchange) -> NextStep {
    exchange.isHeld = fault.milliseconds == Fault.untilReleased
    return .wait(milliseconds: exchange.isHeld ? Self.heldInterval : fault.milliseconds)
  }

  private func apply(
    _ fault: Fault,
    _ exchange: Exchange,
    _ request: HTTPRequest,
    _ state: inout SandboxState
  ) -> NextStep {
    switch fault.action {
    case .delay, .delayAfter:
      return finish(process(exchange, request, &state), exchange, request, &state)
    case .saveFirst:
      state.tokens.settle()
      return finish(process(exchange, request, &state), exchange, request, &state)
    case .dropBefore:
      return drop(exchange, request, &state, .close)
    case .dropAfter:
      _ = process(exchange, request, &state)
      return drop(exchange, request, &state, .close)
    case .dropMid(let cut):
      let answer = process(exchange, request, &state)
      return drop(exchange, request, &state, .sendAndClose(part(of: answer, cut, &state)))
    case .status(let replacement):
      return finish(replacement.answer, exchange, request, &state)
    case .statusAfter(let replacement):
      _ = process(exchange, request, &state)
      return finish(replacement.answer, exchange, request, &state)
    case .closeAfter:
      var answer = process(exchange, request, &state)
      answer.headers.append(("Connection", "close"))
      return finish(answer, exchange, request, &state)
    case .loseBeforeChain:
      return lose(.lost, exchange, request, &state)
    case .holdInPool(let delay):
      return lose(.held(includedAfter: delay.map { Int64($0) }), exchange, request, &state)
    case .refuseOnChain(let message):
      state.chainFault = .refused(message)
      defer { state.chainFault = nil }
      return finish(process(exchange, request, &state), exchange, request, &state)
    case .hangUp:
      exchange.hangsUp = true
      return finish(process(exchange, request, &state), exchange, request, &state)
    }
  }

  /// Processes a request whose transaction has a fault. Closes the connection when the real server would wait for its
  /// node.
  private func lose(
    _ fault: ChainFault,
    _ exchange: Exchange,
    _ request: HTTPRequest,
    _ state: inout SandboxState
  ) -> NextStep {
    state.chainFault = fault
    let answer = process(exchange, request, &state)
    guard state.chainFault == nil else {
      // The operation was refused before it reached the chain, so the answer is sent as usual.
      state.chainFault = nil
      return finish(answer, exchange, request, &state)
    }
    // The server waits for the node and sends no answer.
    state.log.update(exchange.sequence) { $0.answer = nil }
    return drop(exchange, request, &state, .close)
  }

  private func process(_ exchange: Exchange, _ request: HTTPRequest, _ state: inout SandboxState) -> HTTPAnswer {
    let answer = state.answer(request, sequence: exchange.sequence)
    state.log.update(exchange.sequence) { entry in
      entry.isProcessed = true
      entry.answer = answer
    }
    return answer
  }

  private func finish(
    _ answer: HTTPAnswer,
    _ exchange: Exchange,
    _ request: HTTPRequest,
    _ state: inout SandboxState
  ) -> NextStep {
    state.counts.ended(countKey(request), String(answer.status))
    state.log.update(exchange.sequence) { entry in
      entry.answer = answer
      entry.answered = PeerID.Clock.wallMicroseconds()
    }
    return .answer(answer)
  }

  private func drop(
    _ exchange: Exchange,
    _ request: HTTPRequest,
    _ state: inout SandboxState,
    _ step: NextStep
  ) -> NextStep {
    state.counts.ended(countKey(request), "dropped")
    state.log.update(exchange.sequence) { entry in
      entry.answered = PeerID.Clock.wallMicroseconds()
      entry.isDelivered = false
    }
    return step
  }

  private func part(of answer: HTTPAnswer, _ cut: Fault.Cut, _ state: inout SandboxState) -> [UInt8] {
    let (head, body) = answer.wireBytes(date: TimeText.http(seconds: state.now / 1_000))
    let whole = head + Array(body.raw)
    return switch cut {
    case .half: Array(whole.prefix(whole.count / 2))
    case .head: Array(whole.prefix(head.count / 2))
    case .body: Array(whole.prefix(head.count + body.count / 2))
    }
  }

  private func countKey(_ request: HTTPRequest) -> String { "\(request.method) \(request.route)" }
}
