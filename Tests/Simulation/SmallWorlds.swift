import Glibc

/// All schedules of small worlds: two processes that have opened one session in a directory make one call each.
///
/// A request and its answer take no time, and time passes when nothing else can happen. Steps that touch nothing shared
/// run in a fixed order; see `World.possibleSteps`.
enum SmallWorlds {
  /// A confirmation is sent in the same way as a submit.
  private static let calls: [Action] = [
    .submit, .refresh, .externalToken, .logIn, .exchange, .open, .setAccount, .logOut,
  ]

  private enum Pair: String, CaseIterable {
    case good, expired, refused
  }

  /// The processes are alike, so the order of the two calls does not matter.
  private static var worlds: [(name: String, settings: WorldSettings)] {
    let kinds = [false, true].flatMap { isAsynchronous in Pair.allCases.map { (isAsynchronous, $0) } }
    return kinds.flatMap { (isAsynchronous, pair) in
      calls.indices.flatMap { first in
        calls[first...].map { second in
          var settings = WorldSettings()
          settings.asynchronousRarity = isAsynchronous ? 1 : 0
          settings.scripts = [[calls[first]], [second]]
          settings.remainingLifetime = pair == .expired ? -1 : settings.tokenLifetime
          settings.isRefused = pair == .refused
          // Faults of a store with leases are left to random schedules.
          settings.faults = Set(Fault.allCases).subtracting([.lostLease, .storeError, .lateLock])
          let driver = isAsynchronous ? "asynchronous " : ""
          return ("\(driver)\(calls[first]) and \(second), the pair is \(pair.rawValue)", settings)
        }
      }
    }
  }

  /// Tries all schedules of the world with index `number` that have at most `faults` faults; stops after `limit` schedules.
  static func walk(_ number: Int, _ kinds: [Fault], faults: Int, atMost limit: Int) {
    guard worlds.indices.contains(number) else {
      print("worlds=\(worlds.count)")
      return
    }
    var named = worlds[number]
    named.settings.faultBudget = faults
    named.settings.faults.formIntersection(kinds)
    let memory = StateMemory()
    var path: [(taken: Int, among: Int)]? = []
    var schedules = 0
    while let prescribed = path, schedules < limit {
      memory.begin()
      let choices = Choices(path: prescribed)
      world = World(choices, named.settings, story: nil, states: memory)
      schedules += 1
      if let violation = Scenario(world).run() {
        tell(choices.path.map(\.taken), named, violation)
        exit(1)
      }
      path = choices.nextPath()
    }
    print("\(named.name)\tschedules=\(schedules) states=\(memory.count) ended=\(path == nil ? 1 : 0)")
  }

  private static func tell(_ path: [Int], _ named: (name: String, settings: WorldSettings), _ violation: String) {
    let story = Story()
    world = World(Choices(path: path.map { ($0, $0 + 1) }), named.settings, story: story)
    _ = Scenario(world).run()
    print("\(named.name), choices \(path)")
    for line in story.lines { print(line) }
    print("violation: \(violation)")
  }
}
