// How a schedule runs.

/// What can happen next: threads that can run, and events that are due, by index.
struct PossibleSteps {
  var fibers: [Fiber] = []
  var events: [Int] = []
  /// The process of a step that touches nothing that another process uses.
  var alone: SimulatedProcess?
}

extension World {
  func add(_ process: SimulatedProcess) { processes.append(process) }

  /// Runs until `isDone`, or nothing can happen any more, or a check has failed. Returns whether it is done.
  @discardableResult
  func run(until isDone: () -> Bool) -> Bool {
    while checker.violation == nil, states?.isKnown != true {
      if isDone() { return true }
      steps += 1
      if steps > Self.maximumSteps {
        checker.fail("the schedule does not end")
        return false
      }
      if let states, !choices.isWalkOver, choices.isBeyondPath, !states.isNew(state()) { return false }
      var possible = possibleSteps()
      if disturb(before: possible) { possible = possibleSteps() }
      if !step(possible), !advance() { return isDone() }
    }
    return false
  }

  /// The possible next steps. When all schedules are tried, a step that touches nothing that another process uses is
  /// taken `alone`: the order of such steps of several processes has no effect. Their order within one process is also
  /// fixed then; random schedules vary it.
  private func possibleSteps() -> PossibleSteps {
    let ready = fibers.filter { $0.state == .ready && canRun($0.process) }
    let due = events.indices.filter { events[$0].due <= now }
    guard choices.isExhaustive else { return PossibleSteps(fibers: ready, events: due) }
    if let next = ready.first(where: \.isPrivate) { return PossibleSteps(fibers: [next], alone: next.process) }
    if let next = due.first(where: { events[$0].process != nil }) {
      return PossibleSteps(events: [next], alone: events[next].process)
    }
    return PossibleSteps(fibers: ready, events: due)
  }

  private func step(_ possible: PossibleSteps) -> Bool {
    let count = possible.fibers.count + possible.events.count
    if count == 0 { return false }
    let taken = choices.pick(count)
    if taken < possible.fibers.count {
      resume(possible.fibers[taken])
    } else {
      let event = events.remove(at: possible.events[taken - possible.fibers.count])
      self.event = event.name
      event.action()
      self.event = ""
    }
    return true
  }

  private func canRun(_ process: SimulatedProcess) -> Bool { !process.isDead && process.frozenUntil <= now }

  private func resume(_ fiber: Fiber) {
    current = fiber
    fiber.enter()
    current = nil
    if states != nil {
      var hasher = StableHash(fiber.process.history)
      hasher.combine(UInt64(fiber.id))
      hasher.combine(UInt64(bitPattern: now))
      fiber.process.history = hasher.value
    }
    if fiber.state == .finished { fibers.removeAll { $0 === fiber } }
  }

  /// Advances the time until something can happen; returns whether anything can.
  private func advance() -> Bool {
    var next = events.map(\.due).min() ?? .max
    for fiber in fibers where !fiber.process.isDead {
      let time = fiber.state == .ready ? now : fiber.wakeAt
      if time < .max { next = min(next, max(time, fiber.process.frozenUntil)) }
    }
    guard next < .max else { return false }
    now = max(now, next)
    for fiber in fibers where fiber.state == .waiting && fiber.wakeAt <= now { ready(fiber) }
    return true
  }

  private func state() -> UInt64 {
    var hasher = Hasher()
    server.hash(into: &hasher)
    disk.hash(into: &hasher)
    leaseStore.hash(into: &hasher)
    hasher.combine(now)
    hasher.combine(faultsLeft)
    hasher.combine(unseen)
    for event in events.map({ "\($0.name)\($0.due)" }).sorted() { hasher.combine(event) }
    for process in processes {
      hasher.combine(process.isDead)
      if process.isDead { continue }
      hasher.combine(process.history)
      hasher.combine(process.frozenUntil)
      hasher.combine(process.isExiting)
      hasher.combine(process.wallOffset)
    }
    checker.hash(into: &hasher)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// Whether only threads of dead processes are left.
  var isQuiet: Bool { fibers.allSatisfy { $0.process.isDead } }
  var livingThreads: [String] { fibers.filter { !$0.process.isDead }.map { "\($0.process.name): \($0.name)" } }

  func tell(_ line: () -> String) {
    guard let story else { return }
    story.add(now, current, line())
  }

  /// Ends all threads: each runs to its end without any effect.
  func takeDown() {
    isOver = true
    for process in processes {
      process.isExiting = true
      if let client = process.client { _ = client.engine.environment.closing.set() }
    }
    var rounds = 0
    while let fiber = fibers.popLast() {
      current = fiber
      fiber.heldLocks = 0
      fiber.enter()
      current = nil
      // It waits for another one.
      if fiber.state != .finished, rounds < Self.maximumRounds { fibers.insert(fiber, at: 0) }
      rounds += 1
    }
    events = []
    eventDescriptors = [:]
    for process in processes {
      process.sessions = [:]
      process.client = nil
    }
    processes = []
    leaked = []
  }
}
