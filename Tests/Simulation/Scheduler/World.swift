/// The world whose schedule is run. All that the core asks of the system it asks here.
nonisolated(unsafe) var world = World(Choices(seed: 0), WorldSettings(), story: nil)

/// Time, threads, and what happens when: one step at a time, each chosen.
final class World {
  private struct Event {
    let name: String
    let due: Int64
    let action: () -> Void
  }

  /// More than any schedule needs that ends.
  private static let maximumSteps = 200_000

  let choices: Choices
  let settings: WorldSettings
  let story: Story?
  private(set) var now: Int64 = 1000
  private(set) var current: Fiber?
  private(set) var processes: [SimulatedProcess] = []
  private var fibers: [Fiber] = []
  private var events: [Event] = []
  private var lastFiber = 0
  private var steps = 0
  private var random: UInt64 = 0
  /// Whether all threads are being taken down: nothing that they do has an effect any more.
  private(set) var isOver = false
  /// How many faults may still happen.
  var faultsLeft: Int
  private(set) var happened: Set<Fault> = []
  var leaked: [Any] = []
  /// Older contents of the stored sessions.
  private(set) var backups: [(path: String, bytes: [UInt8])] = []
  private(set) var states: StateMemory?

  lazy var server = Server(self)
  lazy var network = Network(self)
  lazy var disk = Disk(self)
  lazy var leaseStore = LeaseStore(self)
  lazy var checker = Checker(self)

  init(_ choices: Choices, _ settings: WorldSettings, story: Story?, states: StateMemory? = nil) {
    self.choices = choices
    self.settings = settings
    self.story = story
    self.states = states
    faultsLeft = settings.faultBudget
  }

  // MARK: - Time

  static let epoch: Int64 = 1_800_000_000_000
  var serverTime: Int64 { Self.epoch + now }
  var process: SimulatedProcess? { current?.process }
  /// The monotonic clock of the process that runs.
  var monotonic: Int64 { now + (process?.ghostTime ?? 0) }
  var wall: Int64 { serverTime + (process?.wallOffset ?? 0) }

  func randomByte() -> UInt64 {
    if choices.isExhaustive { return 0x55 }
    return choices.next()
  }

  func schedule(_ name: String, after delay: Int64, _ action: @escaping () -> Void) {
    events.append(Event(name: name, due: now + delay, action: action))
  }

  /// Looks into a process without giving a thread a turn.
  func observe<Result>(_ body: () -> Result) -> Result {
    let running = current
    current = nil
    defer { current = running }
    return body()
  }

  // MARK: - From the threads

  /// Another thread may run now.
  func point() {
    guard let current, !isOver, current.heldLocks == 0 else { return }
    current.leave()
  }

  func lockPoint() -> Fiber? {
    guard let current, !isOver else { return current }
    if current.heldLocks > 0 { checker.fail("a lock is taken under another one") }
    if current.heldLocks == 0, choices.variation(in: settings.lockSwitchRarity) { current.leave() }
    return current
  }

  /// Another thread may run now, and a fault may happen; returns whether it did not.
  func filePoint(_ fault: Fault?) -> Bool {
    if isOver { return false }
    point()
    if isOver { return false }
    if let fault, self.fault(fault) { return false }
    return true
  }

  func wait(for key: ObjectIdentifier?, untilMonotonic time: Int64) {
    guard let current else { return }
    if isOver {
      current.process.ghostTime += max(time - monotonic, 1)
      return
    }
    wait(for: key, until: time - current.process.ghostTime)
  }

  func wait(for key: ObjectIdentifier?, until time: Int64) {
    guard let current, !isOver else { return }
    current.state = .waiting
    current.waitsFor = key
    current.wakeAt = time
    current.leave()
  }

  func waitReleasingLock(for key: ObjectIdentifier, untilMonotonic time: Int64) {
    guard let current else { return }
    let held = current.heldLocks
    current.heldLocks = 0
    wait(for: key, untilMonotonic: time)
    current.heldLocks = held
  }

  func wake(_ key: ObjectIdentifier) {
    for fiber in fibers where fiber.state == .waiting && fiber.waitsFor == key { ready(fiber) }
  }

  private func ready(_ fiber: Fiber) {
    fiber.state = .ready
    fiber.waitsFor = nil
    fiber.wakeAt = .max
  }

  func startLibraryThread(_ body: @escaping () -> Void) -> Bool {
    guard !isOver, let process else { return false }
    start("library thread", process, body)
    return true
  }

  @discardableResult
  func start(_ name: String, _ process: SimulatedProcess, _ body: @escaping () -> Void) -> Fiber {
    lastFiber += 1
    let fiber = Fiber(id: lastFiber, name: name, process: process, body)
    fibers.append(fiber)
    return fiber
  }

  /// What a thread has seen of the world.
  func note(_ seen: some Sequence<UInt8>) {
    guard states != nil, let process else { return }
    var hasher = StableHash(process.history)
    for byte in seen { hasher.combine(UInt64(byte)) }
    process.history = hasher.value
  }

  // MARK: - Faults

  /// Whether a fault happens now.
  func fault(_ fault: Fault) -> Bool {
    guard faultsLeft > 0, !isOver, settings.faults.contains(fault), choices.chance(in: 6) else { return false }
    occur(fault)
    tell { "FAULT: \(fault)" }
    return true
  }

  private func occur(_ fault: Fault) {
    faultsLeft -= 1
    happened.insert(fault)
  }

  func replacedStored() {
    checker.replacedStored()
    tell { "replaced the stored session" }
  }

  func rememberBackup(_ path: String) {
    guard settings.faults.contains(.rollback) else { return }
    if settings.store == .lease {
      if let record = leaseStore.records[path] { backups.append((path, Array(record.bytes.raw))) }
    } else if let bytes = disk.entries[path]?.bytes {
      backups.append((path, bytes))
    }
  }

  /// A fault between two steps, perhaps.
  private func disturb() {
    guard faultsLeft > 0 else { return }
    let kinds = Fault.betweenSteps.filter { settings.faults.contains($0) }
    guard !kinds.isEmpty else { return }
    let living = processes.filter { !$0.isDead }
    guard !living.isEmpty else { return }
    if choices.isExhaustive {
      let taken = choices.pick(1 + kinds.count * living.count)
      guard taken > 0 else { return }
      disturb(kinds[(taken - 1) / living.count], living[(taken - 1) % living.count])
    } else if choices.chance(in: 40) {
      disturb(choices.pick(kinds), choices.pick(living))
    }
  }

  private func disturb(_ fault: Fault, _ process: SimulatedProcess) {
    switch fault {
    case .kill:
      tell { "FAULT: \(process.name) is killed" }
      kill(process)
    case .powerLoss:
      guard settings.store == .directory else { return }
      tell { "FAULT: power loss" }
      for process in processes where !process.isDead { kill(process) }
      disk.losePower()
    case .freeze:
      let time = choices.pick([Int64(200), 4000, 40_000, 150_000])
      tell { "FAULT: \(process.name) is frozen for \(time) ms" }
      process.frozenUntil = now + time
      process.frozenFor += time
    case .exit:
      guard !process.isExiting else { return }
      tell { "FAULT: \(process.name) exits" }
      exit(process)
    case .wallClockJump:
      process.wallOffset += choices.pick([Int64(-86_400_000), 7_200_000, 200 * 86_400_000])
      tell { "FAULT: the wall clock of \(process.name) jumps" }
    case .rollback:
      guard let backup = backups.last else { return }
      tell { "FAULT: an older state of the store is restored" }
      if settings.store == .lease {
        if let token = try? backup.bytes.withUnsafeBytes({ try StoredSessionFormat.read(Bytes($0)).token }) {
          let bytes = backup.bytes.withUnsafeBytes { Bytes($0) }
          leaseStore.put(backup.path, StoredSession(bytes: bytes, generation: token.generation))
        }
      } else {
        disk.restore(backup.path, backup.bytes)
      }
    case .lostLease:
      guard settings.store == .lease else { return }
      tell { "FAULT: the leases of the store are lost" }
      leaseStore.loseLeases()
    case .diskFull:
      tell { "FAULT: the disk is full for a while" }
      disk.fullUntil = now + choices.pick([Int64(100), 5000, 100_000])
    case .revocation:
      guard let pair = server.current[choices.pick(settings.users) + 1] else { return }
      tell { "the server forgets the access token \(pair.access)" }
      pair.isRevoked = true
    default: return
    }
    occur(fault)
  }

  func kill(_ process: SimulatedProcess) {
    process.isDead = true
    disk.closeAll(of: process)
    for exchange in network.open where exchange.process === process { exchange.abandon() }
    checker.died(process)
  }

  /// As `ExitGuard.leave` does it: waits for threads at work, then makes them give up, and then waits no longer.
  func exit(_ process: SimulatedProcess) {
    process.isExiting = true
    awaitIdle(process, until: now + 2000) { [unowned self] in
      process.isGivingUp = true
      awaitIdle(process, until: now + 1500) { [unowned self] in kill(process) }
    }
  }

  private func awaitIdle(_ process: SimulatedProcess, until end: Int64, _ otherwise: @escaping () -> Void) {
    schedule("exit of \(process.name)", after: 2) { [unowned self] in
      if process.isDead { return }
      if process.busy == 0 { return kill(process) }
      if now >= end { return otherwise() }
      awaitIdle(process, until: end, otherwise)
    }
  }

  // MARK: - The schedule

  func add(_ process: SimulatedProcess) { processes.append(process) }

  /// Runs until `isDone`, or nothing is left to happen, or a check has failed. Returns whether it is done.
  @discardableResult
  func run(until isDone: () -> Bool) -> Bool {
    while checker.violation == nil, states?.isKnown != true {
      if isDone() { return true }
      steps += 1
      if steps > Self.maximumSteps {
        checker.fail("the schedule does not end")
        return false
      }
      disturb()
      if !step(), !advance() { return isDone() }
    }
    return false
  }

  private func step() -> Bool {
    let candidates = fibers.filter { $0.state == .ready && canRun($0.process) }
    let due = events.indices.filter { events[$0].due <= now }
    let count = candidates.count + due.count
    if count == 0 { return false }
    if count > 1, let states, choices.isBeyondPath, !states.isNew(state()) { return true }
    let taken = choices.pick(count)
    if taken < candidates.count {
      resume(candidates[taken])
    } else {
      let event = events.remove(at: due[taken - candidates.count])
      event.action()
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

  /// Lets time pass until something can happen; returns whether something can.
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
    for event in events.map({ "\($0.name)\($0.due)" }).sorted() { hasher.combine(event) }
    for process in processes {
      hasher.combine(process.history)
      hasher.combine(process.isDead)
      hasher.combine(process.frozenUntil)
      hasher.combine(process.isExiting)
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// Whether no thread is left but those of dead processes.
  var isQuiet: Bool { fibers.allSatisfy { $0.process.isDead } }
  var livingThreads: [String] { fibers.filter { !$0.process.isDead }.map { "\($0.process.name): \($0.name)" } }

  func tell(_ line: () -> String) {
    guard let story else { return }
    story.add(now, current, line())
  }

  /// Ends all threads: each runs to its end, and nothing that it does has an effect.
  func takeDown() {
    isOver = true
    for process in processes {
      process.isExiting = true
      if let client = process.client { _ = client.engine.environment.closing.set() }
    }
    while let fiber = fibers.popLast() {
      current = fiber
      fiber.heldLocks = 0
      fiber.enter()
      current = nil
    }
    events = []
    for process in processes {
      process.sessions = [:]
      process.client = nil
    }
    processes = []
    leaked = []
  }
}

/// A digest that is the same in every run.
struct StableHash {
  private(set) var value: UInt64

  init(_ start: UInt64) { value = start ^ 0xcbf2_9ce4_8422_2325 }

  mutating func combine(_ part: UInt64) {
    value = (value ^ part) &* 0x100_0000_01b3
    value ^= value >> 29
  }
}

/// The states that a walk through all schedules has been in.
final class StateMemory {
  private var seen: Set<UInt64> = []
  /// Whether the run has come to a state from which everything was tried already.
  private(set) var isKnown = false
  var count: Int { seen.count }

  func begin() { isKnown = false }

  func isNew(_ state: UInt64) -> Bool {
    isKnown = !seen.insert(state).inserted
    return !isKnown
  }
}
