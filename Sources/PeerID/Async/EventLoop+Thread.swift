internal import CCurl

// What the event loop does on its thread. Nothing here is called from any other.

extension EventLoop {
  func run() {
    var idleSince = clock.monotonicMilliseconds()
    while true {
      ExitGuard.whileBusy {
        obeyCommands()
        fireTimers()
        startReady()
        performTransfers()
        endOverdue()
        flush()
      }
      if !state.calls.isEmpty { idleSince = clock.monotonicMilliseconds() }
      if state.calls.isEmpty {
        // Calls that have ended may still wait here for their turn, and each of them keeps the loop alive.
        state.ready = []
        state.readyHead = 0
        if endIfIdle(since: idleSince) { return }
      }
      sleep()
    }
  }

  /// Goes around on the thread of the caller, who has the loop for itself, as often as calls need that end at once; see
  /// `Rehearsal`.
  func rehearse(_ calls: [AsyncCall]) {
    for _ in calls { try? quota.enter() }
    let isReady = lock.withLock {
      inbox = calls.map { .begin($0) }
      return prepareMulti()
    }
    for _ in 0..<10 where isReady {
      obeyCommands()
      fireTimers()
      startReady()
      performTransfers()
      endOverdue()
      flush()
    }
  }

  /// Ends the thread's work when there has been none for a while, or when the client is closed, and with it the
  /// connections.
  private func endIfIdle(since idleSince: Int64) -> Bool {
    var abandoned: UnsafeMutableRawPointer?
    let ends = lock.withLock {
      let isIdle = clock.monotonicMilliseconds() - idleSince >= Self.idleMilliseconds
      guard inbox.isEmpty, isIdle || isStopping else { return false }
      isRunning = false
      if isStopping { swap(&abandoned, &multi) }
      return true
    }
    if let abandoned {
      ExitGuard.whileBusy {
        state.idleTransfers = []
        curl_multi_cleanup(abandoned)
      }
    }
    return ends
  }

  private func sleep() {
    guard state.readyHead == state.ready.count || state.active.count >= maximumActive else { return }
    let mayRest = lock.withLock {
      isAsleep = inbox.isEmpty
      return isAsleep
    }
    guard mayRest else { return }
    var timeout = Self.idleMilliseconds
    if let earliest = state.timers.earliest { timeout = min(max(earliest - clock.monotonicMilliseconds(), 0), timeout) }
    if !state.ending.isEmpty { timeout = 0 }
    curl_multi_poll(multi, nil, 0, Int32(clamping: timeout), nil)
    lock.withLock { isAsleep = false }
  }

  private func obeyCommands() {
    var commands: [Command] = []
    lock.withLock { swap(&commands, &inbox) }
    for command in commands {
      switch command {
      case .begin(let call):
        state.calls[call.id] = call
        state.timers.add(call.context.deadline, call: call.id)
        state.ready.append(call)
      case .resume(let call):
        call.isParked = false
        if !call.isDone { state.ready.append(call) }
      case .cancel(let id):
        guard let call = state.calls[id] else { continue }
        call.context.cancel()
        interrupt(call, .cancelled)
      case .closeAll:
        endAll()
      }
    }
  }

  private func endAll() {
    for call in Array(state.calls.values) { interrupt(call, .closed) }
  }

  private func fireTimers() {
    let now = clock.monotonicMilliseconds()
    while let id = state.timers.popDue(now: now) {
      guard let call = state.calls[id] else { continue }
      if now >= call.context.deadline {
        interrupt(call, .timedOut)
      } else if call.isPausing {
        call.isPausing = false
        state.ready.append(call)
      }
    }
    state.timers.clean(alive: state.calls.count) { state.calls[$0] != nil }
  }

  private func startReady() {
    while state.readyHead < state.ready.count, state.active.count < maximumActive {
      let call = state.ready[state.readyHead]
      state.readyHead += 1
      if !call.isDone { advance(call) }
    }
    if state.readyHead == state.ready.count {
      state.ready.removeAll(keepingCapacity: state.ready.count < 4096)
      state.readyHead = 0
    } else if state.readyHead > 4096, state.readyHead * 2 > state.ready.count {
      state.ready.removeFirst(state.readyHead)
      state.readyHead = 0
    }
  }

  /// Does the next thing for a call that is neither sending nor waiting.
  private func advance(_ call: AsyncCall) {
    if let interruption = call.context.interruption() { return interrupt(call, interruption) }
    switch call.work {
    case .read(let request): send(request, for: call)
    case .session(let session, let sessionCall, let batch):
      guard let (token, headers) = admit(call, session) else { return }
      do throws(PeerIDError) {
        try batch?.checkScope(of: token)
      } catch {
        return finish(call, .failure(error))
      }
      call.generation = token.generation
      send(sessionCall.request(headers), for: call)
    case .token(let session, let refused):
      if refused != 0, call.generation == 0 {
        call.generation = refused
        call.attempts = session.uncountedAttempts()
        call.refusal = Session.lentTokenRefused
      }
      if let (token, _) = admit(call, session, isLent: true) { finish(call, .token(token)) }
    case .refresh(let session, let generation):
      if let flight = call.flight {
        if let error = session.failure(of: flight) ?? session.savingFailure { return finish(call, .failure(error)) }
        return finish(call, .done)
      }
      let (admission, flight) = session.refreshAdmission(supersedes: generation)
      call.flight = flight
      switch admission {
      case .use:
        do throws(PeerIDError) {
          try session.checkSaved()
          finish(call, .done)
        } catch {
          finish(call, .failure(error))
        }
      case .wait: park(call, session, flight)
      case .fail(let error): finish(call, .failure(error))
      }
    }
  }

  /// The token to go on with; `nil` when the call waits for one, or has ended.
  private func admit(_ call: AsyncCall, _ session: Session, isLent: Bool = false) -> (Token, HeaderList)? {
    if let refusal = call.refusal {
      call.refusal = nil
      recover(call, session, refusal)
      return nil
    }
    let (admission, headers, flight) = session.admission(isLent: isLent)
    switch admission {
    case .use(let token, _): return (token, headers)
    case .wait: park(call, session, flight)
    case .fail(let error): finish(call, .failure(error))
    }
    return nil
  }

  /// Lets a call rest until a refresh is over.
  private func park(_ call: AsyncCall, _ session: Session, _ flight: RefreshFlight?) {
    // The timer of its deadline may have gone off while it was sending.
    if let interruption = call.context.interruption() { return interrupt(call, interruption) }
    let isParked = session.lock.withLock { flight?.whenDone { self.resume(call) } ?? false }
    call.isParked = isParked
    if !isParked { state.ready.append(call) }
  }

  private func send(_ request: HTTPRequest, for call: AsyncCall) {
    guard
      let transfer = state.idleTransfers.popLast()
        ?? CurlTransfer(settings: settings, driver: .eventLoop, sockets: sockets)
    else { return finish(call, .failure(PeerIDError(.outOfMemory, "memory ran out"))) }
    transfer.prepare(request, context: call.context)
    guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
      transfer.finish()
      return finish(call, .failure(PeerIDError(.outOfMemory, "libcurl takes no further request")))
    }
    call.isSending = true
    state.active[transfer.handle] = (call, transfer)
  }

  private func performTransfers() {
    guard !state.active.isEmpty else { return }
    var running: Int32 = 0
    guard let multi else { return }
    curl_multi_perform(multi, &running)
    sockets.protectLookUps(of: multi)
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(multi, &remaining) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      let code = message.pointee.data.result
      guard let (call, transfer) = state.active.removeValue(forKey: handle) else { continue }
      if transfer.tryAnotherConnection() {
        curl_multi_remove_handle(multi, handle)
        if curl_multi_add_handle(multi, handle) == CURLM_OK {
          state.active[handle] = (call, transfer)
          continue
        }
      }
      call.isSending = false
      let outcome = transfer.outcome(of: code)
      if case .success = outcome, serverClock.wantsSample, let date = transfer.dateMilliseconds() {
        serverClock.learn(dateMilliseconds: date)
      }
      receive(outcome, for: call)
      release(transfer)
    }
  }

  private func release(_ transfer: CurlTransfer) {
    curl_multi_remove_handle(multi, transfer.handle)
    transfer.finish()
    if state.idleTransfers.count < maximumActive { state.idleTransfers.append(transfer) }
  }

  private func receive(_ outcome: Result<HTTPResponse, TransportFailure>, for call: AsyncCall) {
    switch call.work {
    case .read:
      switch Answer.response(of: outcome, effect: .reads) {
      case .success(let response): finish(call, .response(response))
      case .failure(let error): finish(call, .failure(error))
      }
    case .session(let session, let sessionCall, _):
      switch sessionCall.read(outcome) {
      case .success(let response): finish(call, .response(response))
      case .failure(let error) where error.httpStatus == 401: recover(call, session, error)
      case .failure(let error): finish(call, .failure(error))
      }
    case .refresh, .token: break
    }
  }

  /// Does what the state machine wants after HTTP 401.
  private func recover(_ call: AsyncCall, _ session: Session, _ refusal: PeerIDError) {
    let (verdict, flight) = session.verdict(generation: call.generation, &call.attempts)
    switch verdict {
    case .resend(let pause) where pause > 0:
      call.isPausing = true
      state.timers.add(clock.monotonicMilliseconds() + pause, call: call.id)
    case .resend: state.ready.append(call)
    case .wait:
      call.refusal = refusal
      park(call, session, flight)
    case .fail(let error): finish(call, .failure(error))
    case .giveUp: finish(call, .failure(refusal))
    }
  }

  /// Ends a call early, wherever it is: one that is sending after what has arrived was read.
  private func interrupt(_ call: AsyncCall, _ interruption: CallContext.Interruption) {
    if call.isDone { return }
    if let transfer = transfer(of: call) {
      state.ending.append((call, interruption, transfer.received))
    } else {
      finish(call, .failure(PeerIDError(interruption, call.restingOutcome, while: call.pastime)))
    }
  }

  /// Ends the calls whose time has run out, unless more of their answers has come since they were looked at: after a
  /// while in which the process was stopped an answer may have been lying there for long.
  private func endOverdue() {
    guard !state.ending.isEmpty else { return }
    let ending = state.ending
    state.ending = []
    for (call, interruption, received) in ending {
      guard !call.isDone, let transfer = transfer(of: call) else { continue }
      if transfer.received != received {
        state.ending.append((call, interruption, transfer.received))
        continue
      }
      state.active.removeValue(forKey: transfer.handle)
      call.isSending = false
      transfer.giveUp(interruption)
      let outcome = transfer.outcome(of: CURLE_ABORTED_BY_CALLBACK)
      if case .failure(let failure) = outcome {
        finish(call, .failure(ErrorClassifier.error(failure, effect: call.effect)))
      }
      release(transfer)
    }
  }

  private func transfer(of call: AsyncCall) -> CurlTransfer? {
    call.isSending ? state.active.values.first { $0.call === call }?.transfer : nil
  }

  private func finish(_ call: AsyncCall, _ outcome: Completion.Outcome) {
    state.calls[call.id] = nil
    var outcome = outcome
    if case .failure(let error) = outcome, case .session = call.work, call.attempts.refusals > 0 {
      outcome = .failure(error.afterRefusal)
    }
    guard let completion = call.complete(outcome) else { return }
    if state.finishedQueue !== call.queue { flush() }
    state.finishedQueue = call.queue
    state.finished.append(completion)
    if state.finished.count >= Self.largestHandover { flush() }
  }

  /// Hands over what has finished: one lock and one wake-up for many completions.
  private func flush() {
    guard let queue = state.finishedQueue, !state.finished.isEmpty else { return }
    let count = state.finished.count
    // Whoever has seen the completion may begin another call at once.
    quota.leave(count)
    queue.push(contentsOf: state.finished)
    state.finished.removeAll(keepingCapacity: true)
    state.finishedQueue = nil
  }
}
