// Replaces Sources/PeerID/Concurrency/ForkGuard.swift: the forks of the simulated process whose thread runs.

enum ForkGuard {
  static var generation: Int { world.process?.forks ?? 0 }

  static func leakAfterFork<Value>(_ value: Value) {
    world.leaked.append(value)
  }
}

/// Replaces Sources/PeerID/Concurrency/ForkGate.swift: no fork waits for a thread in libcurl.
enum ForkGate {
  static func inside<Result>(_ body: () -> Result) -> Result { body() }
}
