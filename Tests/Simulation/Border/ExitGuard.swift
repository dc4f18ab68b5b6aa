// Replaces Sources/PeerID/Concurrency/ExitGuard.swift: the exit of the simulated process whose thread runs.

enum ExitGuard {
  static var isExiting: Bool { world.process?.isExiting ?? false }
  static var isGivingUp: Bool { world.process?.isGivingUp ?? false }

  static func arm() {}

  static func whileBusy<Result>(_ body: () -> Result) -> Result {
    let process = world.process
    process?.busy += 1
    defer { process?.busy -= 1 }
    return body()
  }
}
