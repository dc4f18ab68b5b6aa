import Glibc

/// All schedules of small worlds: two processes with one call each, and up to two faults.
enum SmallWorlds {
  static func walk() {
    var schedules = 0
    var states = 0
    for named in worlds {
      let (ran, seen) = walk(named)
      schedules += ran
      states += seen
      print("\(named.name): \(ran) schedules, \(seen) states")
      fflush(nil)
    }
    print("\(worlds.count) worlds, \(schedules) schedules, \(states) states: no violation")
  }

  private static func walk(_ named: (name: String, settings: WorldSettings)) -> (schedules: Int, states: Int) {
    let memory = StateMemory()
    var path: [(taken: Int, among: Int)]? = []
    var schedules = 0
    while let prescribed = path {
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
    return (schedules, memory.count)
  }

  private static func tell(_ path: [Int], _ named: (name: String, settings: WorldSettings), _ violation: String) {
    let story = Story()
    world = World(Choices(path: path.map { ($0, $0 + 1) }), named.settings, story: story)
    _ = Scenario(world).run()
    print("\(named.name), choices \(path)")
    for line in story.lines { print(line) }
    print("violation: \(violation)")
  }

  /// Each with faults of a few kinds: all of them together would be too many.
  private static var worlds: [(name: String, settings: WorldSettings)] {
    let faults: [(String, Set<Fault>)] = [
      ("kill", [.kill]), ("power loss", [.powerLoss]), ("lost answers", [.lostAnswer, .lostRequest]),
      ("failing disk", [.diskError]), ("failing server", [.serverError, .chainRefusal]), ("late save", [.lateSave]),
    ]
    return [1, 2].flatMap { budget in
      faults.map { name, kinds in
        var settings = WorldSettings()
        settings.faults = kinds
        settings.faultBudget = budget
        settings.remainingLifetime = -1
        return ("\(name), at most \(budget)", settings)
      }
    }
  }
}
