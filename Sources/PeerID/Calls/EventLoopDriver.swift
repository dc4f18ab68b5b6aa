internal import CCurl

/// Runs asynchronous calls on the event loop's thread. No other thread uses the driver.
final class EventLoopDriver: @unchecked Sendable {
  /// The maximum number of completions that are added to a queue at once, with one wake-up of the waiting threads.
  private static let largestHandover = 32

  /// The loop that owns this driver. `run` and the calls in flight keep the event loop alive.
  private unowned(unsafe) let loop: EventLoop
  private let clock: Clock
  private let multi: MultiHandle
  private var calls: [UInt64: AsyncCall] = [:]
  private var ready: [AsyncCall] = []
  private var readyHead = 0
  private var active: [UnsafeMutableRawPointer: (call: AsyncCall, transfer: CurlTransfer)] = [:]
  private var idleTransfers: [CurlTransfer] = []
  private var timers = TimerHeap()
  /// Calls that have to end while their requests are in flight. `received` is how much of the answer had arrived at the
  /// last check.
  private var ending: [(call: AsyncCall, interruption: CallContext.Interruption, received: Int64)] = []
  /// Finished calls of one queue, so that they are added to it together.
  private var finished: [FinishedCall] = []
  private var finishedQueue: CompletionQueue?

  /// `nil` when memory or descriptors have run out: without a descriptor the thread cannot be woken.
  convenience init?(_ loop: EventLoop) {
    guard let multi = MultiHandle() else { return nil }
    self.init(loop, multi)
  }

  private init(_ loop: EventLoop, _ multi: MultiHandle) {
    ccurl_multi_setopt_long(multi.handle, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    ccurl_multi_setopt_long(
      multi.handle,
      CURLMOPT_MAXCONNECTS,
      max(Int(clamping: loop.settings.maximumIdleConnections), loop.maximumActive)
    )
    self.loop = loop
    self.multi = multi
    clock = loop.clock
  }

  deinit {
    idleTransfers = []
  }

  /// Wakes the thread. May be called on any other thread.
  func wake() {
    curl_multi_wakeup(multi.handle)
  }

  /// Runs until the event loop has been idle for a while.
  func run() {
    // Keep the loop alive as long as its thread has work.
    let loop = loop
    var idleSince = clock.monotonicMilliseconds()
    while true {
      ExitGuard.whileBusy { turn() }
      if !calls.isEmpty { idleSince = clock.monotonicMilliseconds() }
      let isIdle = clock.monotonicMilliseconds() - idleSince >= EventLoop.idleMilliseconds
      if calls.isEmpty {
        // Ended calls may still be in this list, and each one keeps the event loop alive.
        ready = []
        readyHead = 0
        if loop.end(isIdle: isIdle) { return }
      }
      sleep()
    }
  }

  /// Runs calls to their end on the caller's thread; see `RuntimeWarmup`. No call may have to wait, and no other thread
  /// may use the loop.
  func run(_ calls: [AsyncCall]) {
    for call in calls {
      try? loop.quota.enter()
      process(.begin(call))
    }
    for _ in 0..<10 { turn() }
  }

  private func turn() {
    for command in loop.takeCommands() { process(command) }
    fireTimers()
    startReady()
    performTransfers()
    endOverdue()
    flush()
  }

  func closeConnections() {
    idleTransfers = []
  }

  private func sleep() {
    guard readyHead == ready.count || active.count >= loop.maximumActive else { return }
    guard loop.fallAsleep() else { return }
    var timeout = EventLoop.idleMilliseconds
    if let earliest = timers.earliest { timeout = min(max(earliest - clock.monotonicMilliseconds(), 0), timeout) }
    if !ending.isEmpty { timeout = 0 }
    curl_multi_poll(multi.handle, nil, 0, Int32(clamping: timeout), nil)
    loop.awake()
  }

  private func process(_ command: EventLoop.Command) {
    switch command {
    case .begin(let call):
      calls[call.id] = call
      timers.add(call.context.deadline, call: call.id)
      ready.append(call)
    case .refreshEnded(let call):
      if !call.isDone { proceed(call, refreshEnded(call)) }
    case .taskEnded(let call, let result):
      if call.isDone { return }
      call.isRunningTask = false
      if case .success(.session(let lease)) = result { call.call.session = lease.core }
      proceed(call, .taskEnded(result))
    case .taskBlocked(let id):
      if let call = calls[id], let interruption = call.interruption { interrupt(call, interruption) }
    case .cancel(let id):
      guard let call = calls[id] else { return }
      call.context.cancel()
      interrupt(call, .cancelled)
    case .closeAll:
      for call in Array(calls.values) { interrupt(call, .closed) }
    }
  }

  private func fireTimers() {
    let now = clock.monotonicMilliseconds()
    while let id = timers.popDue(now: now) {
      guard let call = calls[id] else { continue }
      if now >= call.context.deadline {
        interrupt(call, .timedOut)
      } else if call.isPausing {
        call.isPausing = false
        proceed(call, .pauseOver)
      }
    }
    timers.clean(alive: calls.count) { calls[$0] != nil }
  }

  private func startReady() {
    while readyHead < ready.count, active.count < loop.maximumActive {
      let call = ready[readyHead]
      readyHead += 1
      if call.isDone { continue }
      if let interruption = call.context.interruption() {
        interrupt(call, interruption)
      } else {
        carryOut(call.nextStep, call, maySend: true)
      }
    }
    if readyHead == ready.count {
      ready.removeAll(keepingCapacity: ready.count < 4096)
      readyHead = 0
    } else if readyHead > 4096, readyHead * 2 > ready.count {
      ready.removeFirst(readyHead)
      readyHead = 0
    }
  }

  /// Reports an event to the call's machine, and carries out the steps that it returns.
  private func proceed(_ call: AsyncCall, _ event: CallMachine.Event) {
    carryOut(call.machine.next(event), call, maySend: false)
  }

  /// Carries out this step and the following steps, until the call has to wait or ends. A call has to wait for its turn
  /// before it asks for a token; `maySend` says that it is the call's turn.
  private func carryOut(_ first: CallMachine.Step, _ call: AsyncCall, maySend: Bool) {
    var step = first
    while true {
      switch step {
      case .ask(.token) where !maySend:
        call.nextStep = step
        ready.append(call)
        return
      case .ask(let question):
        guard let session = call.call.session else { return finish(call, .success(.done)) }
        let reply = session.reply(to: question)
        call.reply = reply
        step = call.machine.next(.decision(reply.decision))
      case .send(let token):
        if call.machine.isResend { call.call.logResend() }
        guard let failure = send(call, token) else { return }
        step = call.machine.next(.answer(.failure(failure)))
      case .awaitRefresh:
        if endsNow(call) || isParked(call) { return }
        step = call.machine.next(refreshEnded(call))
      case .pause(let milliseconds):
        if endsNow(call) { return }
        call.isPausing = true
        timers.add(clock.monotonicMilliseconds() + milliseconds, call: call.id)
        return
      case .runTask: return runTask(call)
      case .finish(let result): return finish(call, result)
      }
    }
  }

  /// Ends a call that is interrupted or past its deadline; returns whether the call has ended. The timer of its
  /// deadline may have fired while the call was sending.
  private func endsNow(_ call: AsyncCall) -> Bool {
    guard let interruption = call.context.interruption() else { return false }
    interrupt(call, interruption)
    return true
  }

  /// Makes a call wait until its refresh ends; returns `false` if the refresh has already ended.
  private func isParked(_ call: AsyncCall) -> Bool {
    guard let session = call.call.session, let flight = call.reply?.flight else { return false }
    return session.whenDone(flight) { [loop] in loop.post(.refreshEnded(call)) }
  }

  private func refreshEnded(_ call: AsyncCall) -> CallMachine.Event {
    guard let session = call.call.session, let flight = call.reply?.flight else { return .refreshEnded(nil) }
    return .refreshEnded(session.failure(of: flight))
  }

  private func runTask(_ call: AsyncCall) {
    guard case .task(let body) = call.call.request, let progress = call.context.progress else { return }
    call.isRunningTask = true
    let context = call.context
    let isStarted = loop.taskThreads.run { [loop] in
      guard progress.start() else { return }
      do throws(PeerIDError) {
        loop.post(.taskEnded(call, .success(try body(context))))
      } catch {
        loop.post(.taskEnded(call, .failure(error)))
      }
    }
    if !isStarted {
      call.isRunningTask = false
      finish(call, .failure(PeerIDError(.outOfMemory, "no thread could be started for asynchronous calls")))
    }
  }

  /// Begins to send; returns the error if that fails.
  private func send(_ call: AsyncCall, _ token: Token?) -> PeerIDError? {
    guard let request = call.call.httpRequest(call.reply?.headers) else {
      return PeerIDError(.internal, "the call has no request")
    }
    guard
      let transfer = idleTransfers.popLast()
        ?? CurlTransfer(settings: loop.settings, driver: .eventLoop, sockets: multi.sockets)
    else { return PeerIDError(.outOfMemory, "memory ran out") }
    transfer.prepare(request, context: call.context)
    guard multi.add(transfer) else {
      transfer.finish()
      return PeerIDError(.outOfMemory, "libcurl accepts no further request")
    }
    call.isSending = true
    call.sentGeneration = token?.generation
    active[transfer.handle] = (call, transfer)
    return nil
  }

  private func performTransfers() {
    guard !active.isEmpty else { return }
    _ = multi.perform()
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(multi.handle, &remaining) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      let code = message.pointee.data.result
      guard let (call, transfer) = active.removeValue(forKey: handle) else { continue }
      if transfer.tryAnotherConnection() {
        multi.remove(transfer)
        if multi.add(transfer) {
          active[handle] = (call, transfer)
          continue
        }
      }
      call.isSending = false
      let outcome = transfer.outcome(of: code)
      transfer.countConnections(call.engine.environment.transport.statistics)
      if case .success = outcome, loop.serverClock.wantsSample, let date = transfer.dateMilliseconds() {
        loop.serverClock.learn(dateMilliseconds: date, took: transfer.durationMilliseconds())
      }
      receive(call.call.read(outcome, token: call.sentGeneration), for: call)
      release(transfer)
    }
  }

  private func release(_ transfer: CurlTransfer) {
    multi.remove(transfer)
    transfer.finish()
    if idleTransfers.count < loop.maximumActive { idleTransfers.append(transfer) }
  }

  private func receive(_ answer: Result<Response, PeerIDError>, for call: AsyncCall) {
    if call.reply?.reportsAcceptance == true, answer.showsAcceptedToken, let generation = call.sentGeneration {
      call.call.session?.accepted(generation)
    }
    proceed(call, .answer(answer))
  }

  /// Ends a call early, in any state. A call whose request is in flight ends only after the data that has already
  /// arrived is read.
  private func interrupt(_ call: AsyncCall, _ interruption: CallContext.Interruption) {
    if call.isDone { return }
    if call.isRunningTask, let progress = call.context.progress {
      call.interruption = call.interruption ?? interruption
      progress.interrupt()
      // A task that is sending notices the interruption itself.
      guard progress.isBlocked else { return }
      let (outcome, reason): (Outcome, String) =
        progress.mayHaveEffect
        ? (.unknown, "its store had not answered; the store may still carry out the request")
        : (.notSent, "its store had not answered")
      let error = PeerIDError(call.interruption ?? interruption, outcome, while: reason)
      if outcome == .unknown { call.call.report(error, in: call.call.countedAs.rawValue) }
      return finish(call, .failure(error))
    }
    if let transfer = transfer(of: call) {
      ending.append((call, interruption, transfer.received))
    } else {
      let verdict = call.call.session?.verdict(of: call.reply?.flight)
      proceed(call, .interrupted(interruption, verdict: verdict))
    }
  }

  /// Ends the calls whose deadline has passed, unless more of the answer has arrived since the last check. After the
  /// process was stopped for a while, an answer that came in time may still be unread in the socket.
  private func endOverdue() {
    guard !ending.isEmpty else { return }
    let overdue = ending
    ending = []
    for (call, interruption, received) in overdue {
      guard !call.isDone, let transfer = transfer(of: call) else { continue }
      if transfer.received != received {
        ending.append((call, interruption, transfer.received))
        continue
      }
      active.removeValue(forKey: transfer.handle)
      call.isSending = false
      transfer.giveUp(interruption)
      let outcome = transfer.outcome(of: CURLE_ABORTED_BY_CALLBACK)
      receive(call.call.read(outcome, token: call.sentGeneration), for: call)
      release(transfer)
    }
  }

  private func transfer(of call: AsyncCall) -> CurlTransfer? {
    call.isSending ? active.values.first { $0.call === call }?.transfer : nil
  }

  private func finish(_ call: AsyncCall, _ result: Result<CallResult, PeerIDError>) {
    calls[call.id] = nil
    if call.isDone { return }
    let transport = call.engine.environment.transport
    var counted = Statistics.Result.success
    var result = result
    if case .failure(let error) = result {
      counted = .init(error.outcome)
      result = .failure(call.call.settleable(error, call.machine, transport.serverClock))
    }
    call.call.count(counted, call.machine, call.context, transport.statistics)
    guard let ended = call.complete(result) else { return }
    if finishedQueue !== call.queue { flush() }
    finishedQueue = call.queue
    finished.append(ended)
    if finished.count >= Self.largestHandover { flush() }
  }

  /// Adds the finished calls to their queue with one lock and one wake-up.
  private func flush() {
    guard let queue = finishedQueue, !finished.isEmpty else { return }
    let count = finished.count
    // Free the quota of these calls first: a caller that has seen a completion may begin another call at once.
    loop.quota.leave(count)
    queue.push(finished)
    finished.removeAll(keepingCapacity: true)
    finishedQueue = nil
  }
}
