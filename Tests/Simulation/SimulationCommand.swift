import Glibc

/// The mechanism that this run removes, in the copy of the core with the changes of `mutations.py`.
nonisolated(unsafe) private var removedMechanism = ""

func removed(_ mechanism: String) -> Bool { removedMechanism == mechanism }

/// The program: runs schedules by their seeds, all schedules of small worlds, or one with its story.
enum SimulationCommand {
  static func run(_ arguments: [String]) {
    let numbers = arguments.dropFirst().compactMap { UInt64($0) }
    switch (arguments.first, arguments.count) {
    case ("seeds", 3) where numbers.count == 2: runSeeds(numbers[0], numbers[1])
    case ("survey", 3) where numbers.count == 2: survey(numbers[0], numbers[1])
    case ("find", 3) where numbers.count == 1:
      removedMechanism = arguments[1]
      find(numbers[0])
    case ("story", 2) where numbers.count == 1: exit(tell(numbers[0]) == nil ? 0 : 1)
    case ("story", 3) where numbers.count == 1:
      removedMechanism = arguments[2]
      exit(tell(numbers[0]) == nil ? 0 : 1)
    case ("small", 4...) where numbers.count == 3:
      let kinds = Fault.allCases.filter { arguments.count == 4 || arguments[4...].contains("\($0)") }
      SmallWorlds.walk(Int(numbers[0]), kinds, faults: Int(numbers[1]), atMost: Int(numbers[2]))
    default:
      print(
        "usage: simulate seeds FIRST COUNT | survey FIRST COUNT | find MECHANISM COUNT | story SEED [MECHANISM] "
          + "| small WORLD FAULTS MAXIMUM [FAULT…]"
      )
      exit(2)
    }
  }

  private static func runSeeds(_ first: UInt64, _ count: UInt64) {
    var longestRecovery: Int64 = 0
    var calls = 0
    for seed in first..<first + count {
      let (violation, ended) = schedule(seed, story: nil)
      longestRecovery = max(longestRecovery, ended.checker.longestRecovery)
      calls += ended.checker.calls.count
      if violation != nil {
        tell(seed)
        print("seed \(seed)")
        exit(1)
      }
    }
    print("calls=\(calls) longest_recovery_ms=\(longestRecovery)")
  }

  /// Counts the kinds of violations.
  private static func survey(_ first: UInt64, _ count: UInt64) {
    var violations: [String: [UInt64]] = [:]
    for seed in first..<first + count {
      if let violation = schedule(seed, story: nil).violation { violations[kind(violation), default: []].append(seed) }
    }
    for (kind, seeds) in violations.sorted(by: { $0.value.count > $1.value.count }) {
      print("\(seeds.count) × \(kind): seeds \(seeds.prefix(4))")
    }
  }

  /// Searches for the first schedule that detects the removal of a mechanism.
  private static func find(_ count: UInt64) {
    for seed in 1...count {
      guard let violation = schedule(seed, story: nil).violation else { continue }
      print("seed \(seed): \(violation)")
      exit(0)
    }
    print("not noticed")
    exit(1)
  }

  /// A violation without its numbers.
  private static func kind(_ violation: String) -> String {
    String(violation.prefix { $0 != ":" }.map { $0.isNumber ? "#" : $0 })
  }

  @discardableResult
  private static func tell(_ seed: UInt64) -> String? {
    let story = Story()
    let (violation, ended) = schedule(seed, story: story)
    print("seed \(seed): \(ended.settings)")
    for line in story.lines { print(line) }
    print(violation.map { "violation: \($0)" } ?? "no violation")
    return violation
  }

  private static func schedule(_ seed: UInt64, story: Story?) -> (violation: String?, world: World) {
    let choices = Choices(seed: seed)
    var settings = WorldSettings(choices)
    switch seed % 20 {
    case 0: settings.makeUnsavedResultsFrequent()
    case 10: settings.makeLostLocksFrequent()
    case 15: settings.makeClosesFrequent()
    default: break
    }
    world = World(choices, settings, story: story)
    let violation = Scenario(world).run()
    return (violation, world)
  }
}

extension WorldSettings {
  /// A random world.
  init(_ choices: Choices) {
    store = choices.pick([.directory, .directory, .directory, .lease, .lease, .none])
    processes = choices.pick(4) + 1
    users = store == .none ? processes : choices.pick([1, 1, 1, 2])
    threads = choices.pick([1, 1, 2, 3])
    callsPerThread = choices.pick([1, 1, 2, 4])
    for _ in 0..<choices.pick([0, 0, 2, 3]) { actions.append(choices.pick(Action.allCases.filter { $0 != .close })) }
    // Half of the worlds have few kinds of faults, so that these coincide more often.
    if choices.pick(2) == 0 {
      for fault in Fault.allCases where choices.pick(3) == 0 { faults.insert(fault) }
    } else {
      for _ in 0..<3 { faults.insert(choices.pick(Fault.allCases)) }
    }
    faultBudget = choices.pick([0, 1, 1, 2, 2, 3, 5])
    tokenLifetime = choices.pick([90 * 86_400_000, 90 * 86_400_000, 400_000, 20_000])
    // A server gives all its pairs the same lifetime.
    remainingLifetime = min(choices.pick([90 * 86_400_000, 3_600_000, 50_000, 1, -100_000]), tokenLifetime)
    isStored = choices.pick(5) > 0
    logsOut = choices.pick(5) == 0
    relogin = choices.pick(6) == 0
    requestTimeout = choices.pick([60_000, 60_000, 5000])
    refreshTimeout = choices.pick([30_000, 30_000, 10_000])
    saveDelay = choices.pick([0, 13, 25, 1500, 4000])
    asynchronousRarity = choices.pick([0, 0, 1, 2])
    lockSwitchRarity = choices.pick([1, 4, 50])
  }
  // MARK: - Rare coincidences

  /// A process dies during a refresh, another one refreshes the same pair, and a login follows before the server has
  /// saved both results.
  mutating func makeUnsavedResultsFrequent() {
    beginWithOneStoredPair()
    store = .directory
    processes = 2
    threads = 1
    callsPerThread = 4
    actions = [.refresh, .logIn]
    faults = [.kill]
    faultBudget = 1
    saveDelay = 1500
  }

  /// Processes refresh the same pair because the store loses its locks, and cannot save all results.
  mutating func makeLostLocksFrequent() {
    beginWithOneStoredPair()
    store = .lease
    processes = max(processes, 2)
    callsPerThread = 4
    actions = [.refresh, .submit]
    faults = [.lostLease, .storeError, .lateSave]
    faultBudget = 5
  }

  /// A process closes its client during the calls and refreshes of other threads, and continues with a new one.
  mutating func makeClosesFrequent() {
    beginWithOneStoredPair()
    store = .directory
    threads = max(threads, 2)
    callsPerThread = 4
    actions = [.close, .submit, .submit, .refresh, .logIn, .externalToken]
    faults = [.kill, .exit, .wallClockJump, .revocation, .lostRequest, .lostAnswer, .slowAnswer, .lateSave]
  }

  private mutating func beginWithOneStoredPair() {
    users = 1
    isStored = true
    logsOut = false
    relogin = false
  }
}
