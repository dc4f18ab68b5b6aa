import Glibc

/// The program: runs schedules by their seeds, all schedules of small worlds, or one with its story.
enum SimulationCommand {
  static func run(_ arguments: [String]) {
    switch arguments.first {
    case "seeds":
      guard arguments.count == 3, let first = UInt64(arguments[1]), let count = UInt64(arguments[2]) else { usage() }
      runSeeds(first, count)
    case "story":
      guard arguments.count == 2, let seed = UInt64(arguments[1]) else { usage() }
      tell(seed)
    default: usage()
    }
  }

  private static func usage() -> Never {
    print("usage: simulate seeds FIRST COUNT | story SEED")
    exit(2)
  }

  private static func runSeeds(_ first: UInt64, _ count: UInt64) {
    var longestRecovery: Int64 = 0
    var calls = 0
    var violations: [String: [UInt64]] = [:]
    for seed in first..<first + count {
      let (violation, ended) = schedule(seed, story: nil)
      longestRecovery = max(longestRecovery, ended.checker.longestRecovery)
      calls += ended.checker.calls.count
      guard let violation else { continue }
      violations[kind(violation), default: []].append(seed)
      if violations.values.reduce(0, { $0 + $1.count }) >= 1000 { break }
    }
    if !violations.isEmpty {
      for (kind, seeds) in violations.sorted(by: { $0.value.count > $1.value.count }) {
        print("\(seeds.count) × \(kind): seeds \(seeds.prefix(4))")
      }
      if let seed = violations.values.compactMap(\.first).min() { tell(seed) }
      exit(1)
    }
    print("\(count) schedules from seed \(first): no violation; \(calls) calls; longest recovery \(longestRecovery) ms")
  }

  /// A violation without its numbers.
  private static func kind(_ violation: String) -> String {
    String(violation.prefix { $0 != ":" }.map { $0.isNumber ? "#" : $0 })
  }

  private static func tell(_ seed: UInt64) {
    let story = Story()
    let (violation, ended) = schedule(seed, story: story)
    print("seed \(seed): \(ended.settings)")
    for line in story.lines { print(line) }
    print(violation.map { "violation: \($0)" } ?? "no violation")
  }

  private static func schedule(_ seed: UInt64, story: Story?) -> (violation: String?, world: World) {
    let choices = Choices(seed: seed)
    world = World(choices, WorldSettings(choices), story: story)
    let violation = Scenario(world).run()
    return (violation, world)
  }
}

extension WorldSettings {
  /// A world by chance.
  init(_ choices: Choices) {
    store = choices.pick([.directory, .directory, .directory, .lease, .lease, .none])
    processes = choices.pick(4) + 1
    users = store == .none ? processes : choices.pick([1, 1, 1, 2])
    threads = choices.pick([1, 1, 2, 3])
    callsPerThread = choices.pick([1, 1, 2, 4])
    for fault in Fault.allCases where choices.pick(3) == 0 { faults.insert(fault) }
    faultBudget = choices.pick([0, 1, 1, 2, 2, 3, 5])
    tokenLifetime = choices.pick([90 * 86_400_000, 90 * 86_400_000, 400_000, 20_000])
    remainingLifetime = choices.pick([90 * 86_400_000, 3_600_000, 50_000, 1, -100_000])
    isStored = choices.pick(5) > 0
    logsOut = choices.pick(5) == 0
    relogin = choices.pick(6) == 0
    requestTimeout = choices.pick([60_000, 60_000, 5000])
    refreshTimeout = choices.pick([30_000, 30_000, 10_000])
    saveDelay = choices.pick([0, 13, 25, 1500])
    lockSwitchRarity = choices.pick([1, 4, 50])
  }
}
