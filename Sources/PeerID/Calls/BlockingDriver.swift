/// Runs a call on the caller's thread, which blocks until the call ends.
struct BlockingDriver {
  let transport: Transport
  let context: CallContext

  /// Runs `call` to its end.
  func run(_ call: Call) throws(PeerIDError) -> CallResult {
    var call = call
    var machine = call.machine
    var reply: SessionCore.Reply?
    var step = machine.next(.started)
    while true {
      switch step {
      case .ask(let question):
        guard let session = call.session else { return .done }
        let answer = session.reply(to: question)
        reply = answer
        step = machine.next(.decision(answer.decision))
      case .send(let token):
        if machine.isResend { call.logResend() }
        step = machine.next(.answer(send(call, token, reply)))
      case .awaitRefresh: step = machine.next(wait(call.session, reply?.flight))
      case .pause(let milliseconds):
        let interruption = context.pause(milliseconds: milliseconds)
        step = machine.next(interruption.map { .interrupted($0, verdict: nil) } ?? .pauseOver)
      case .runTask:
        let ended = runTask(call)
        if case .success(.session(let lease)) = ended { call.session = lease.core }
        step = machine.next(.taskEnded(ended))
      case .finish(.success(let result)):
        call.count(.success, machine, context, transport.statistics)
        return result
      case .finish(.failure(let error)):
        call.count(.init(error.outcome), machine, context, transport.statistics)
        throw call.settleable(error, machine, transport.serverClock)
      }
    }
  }

  private func send(_ call: Call, _ token: Token?, _ reply: SessionCore.Reply?) -> Result<Response, PeerIDError> {
    guard let request = call.httpRequest(reply?.headers) else {
      return .failure(PeerIDError(.internal, "the call has no request"))
    }
    let answer = transport.send(request, context: context) { call.read($0, token: token?.generation) }
    if let token, reply?.reportsAcceptance == true, answer.showsAcceptedToken {
      call.session?.accepted(token.generation)
    }
    return answer
  }

  private func wait(_ session: SessionCore?, _ flight: RefreshFlight?) -> CallMachine.Event {
    guard let session, let flight else { return .refreshEnded(nil) }
    while true {
      if let interruption = context.interruption() {
        return .interrupted(interruption, verdict: session.verdict(of: flight))
      }
      if session.waitBriefly(for: flight, until: context.deadline) { return .refreshEnded(session.failure(of: flight)) }
    }
  }

  private func runTask(_ call: Call) -> Result<CallResult, PeerIDError> {
    guard case .task(let body) = call.request else { return .success(.done) }
    do throws(PeerIDError) {
      return .success(try body(context))
    } catch {
      return .failure(error)
    }
  }
}
