/// The world whose schedule runs. It answers all system calls of the core.
nonisolated(unsafe) var world = World(Choices(seed: 0), WorldSettings(), story: nil)

/// Time, threads and events: one chosen step at a time.
final class World {
  struct Event {
    let name: String
    let due: Int64
    /// The only process that notices it; `nil` when others may.
    let process: SimulatedProcess?
    let action: () -> Void
  }

  /// More steps than any schedule that ends needs.
  static let maximumSteps = 200_000
  /// The maximum number of times that a thread waits for others while all threads are being ended.
  static let maximumRounds = 10_000
  /// The maximum number of processes that forks create.
  static let maximumProcesses = 8

  let choices: Choices
  let settings: WorldSettings
  let story: Story?
  var now: Int64 = 1000
  var current: Fiber?
  /// The process that a check inspects while no thread runs.
  private var observed: SimulatedProcess?
  /// Creates the child of a process.
  var fork: ((SimulatedProcess) -> Void)?
  var processes: [SimulatedProcess] = []
  var fibers: [Fiber] = []
  var events: [Event] = []
  var lastFiber = 0
  var steps = 0
  /// Whether all threads are being ended: nothing that they do has an effect any more.
  var isOver = false
  /// How many faults may still happen.
  var faultsLeft: Int
  var happened: Set<Fault> = []
  /// The faults that the scheduler may cause between two steps.
  private(set) lazy var kindsBetweenSteps = Fault.betweenSteps.filter { settings.faults.contains($0) }
  /// The current event.
  var event = ""
  /// Faults and answers that threads notice later; their order does not matter.
  var unseen: UInt64 = 0
  var leaked: [Any] = []
  var eventDescriptors: [Int32: EventDescriptor] = [:]
  private var lastEventDescriptor: Int32 = 2_000_000
  /// Older contents of the stored sessions.
  var backups: [(path: String, bytes: [UInt8])] = []
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

  /// Records something that threads notice later.
  func remember(_ what: String) {
    guard states != nil else { return }
    var hasher = StableHash(0)
    for byte in what.utf8 { hasher.combine(UInt64(byte)) }
    unseen &+= hasher.value
  }

  // MARK: - Time

  static let epoch: Int64 = 1_800_000_000_000
  var serverTime: Int64 { Self.epoch + now }
  var process: SimulatedProcess? { current?.process ?? observed }
  /// The monotonic clock of the process that runs.
  var monotonic: Int64 { now + (process?.ghostTime ?? 0) }
  var wall: Int64 { serverTime + (process?.wallOffset ?? 0) }

  func randomByte() -> UInt64 {
    if choices.isExhaustive { return 0x55 }
    return choices.next()
  }

  func schedule(
    _ name: String,
    after delay: Int64,
    for process: SimulatedProcess? = nil,
    _ action: @escaping () -> Void
  ) {
    events.append(Event(name: name, due: now + delay, process: process, action: action))
  }

  /// Inspects a process without running a thread.
  func observe<Result>(_ process: SimulatedProcess, _ body: () -> Result) -> Result {
    let (running, before) = (current, observed)
    (current, observed) = (nil, process)
    defer { (current, observed) = (running, before) }
    return body()
  }

  // MARK: - From the threads

  /// Another thread may run now. `isPrivate`: the next step touches nothing that another process uses, unless
  /// this one holds the lock of the store, which it may release next.
  func point(isPrivate: Bool = false) {
    guard let current, !isOver, current.heldLocks == 0 else { return }
    current.isPrivate = isPrivate
    current.leave()
    current.isPrivate = true
  }

  func lockPoint() -> Fiber? {
    guard let current else { return nil }
    if isOver {
      current.locksAtEnd += 1
      // A call that asks again and again without waiting would never end.
      if current.heldLocks == 0, current.locksAtEnd.isMultiple(of: 10_000) { current.leave() }
      return current
    }
    if current.heldLocks > 0 { checker.fail("a lock is taken under another one") }
    if current.heldLocks == 0, choices.variation(in: settings.lockSwitchRarity) { current.leave() }
    return current
  }

  /// Another thread may run now, and the fault may happen. Returns `false` if it happened.
  func filePoint(_ fault: Fault?, isPrivate: Bool = false) -> Bool {
    if isOver { return false }
    point(isPrivate: isPrivate)
    if isOver { return false }
    guard let fault, self.fault(fault) else { return true }
    point()
    return false
  }

  func wait(for key: ObjectIdentifier?, untilMonotonic time: Int64) {
    guard let current else { return }
    if isOver {
      current.process.ghostTime += max(min(time, monotonic + 100_000) - monotonic, 1)
      return
    }
    wait(for: key, until: time == .max ? .max : time - current.process.ghostTime)
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

  func ready(_ fiber: Fiber) {
    fiber.state = .ready
    fiber.waitsFor = nil
    fiber.wakeAt = .max
  }

  func makeEventDescriptor() -> Int32 {
    lastEventDescriptor += 1
    eventDescriptors[lastEventDescriptor] = EventDescriptor()
    return lastEventDescriptor
  }

  /// While all threads are being ended, a thread that waits for others lets them run.
  func letOthersEnd() {
    if isOver { current?.leave() }
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

  /// Records what a thread of the running process has read of the world, or what a process will do.
  func note(_ seen: some Sequence<UInt8>, _ other: SimulatedProcess? = nil) {
    guard states != nil, let process = other ?? process else { return }
    var hasher = StableHash(process.history)
    for byte in seen { hasher.combine(UInt64(byte)) }
    process.history = hasher.value
  }
}
