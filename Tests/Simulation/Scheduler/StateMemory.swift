/// A digest that is the same in every run.
struct StableHash {
  private(set) var value: UInt64

  init(_ start: UInt64) { value = start ^ 0xcbf2_9ce4_8422_2325 }

  mutating func combine(_ part: UInt64) {
    value = (value ^ part) &* 0x100_0000_01b3
    value ^= value >> 29
  }
}

/// The states that a walk through all schedules has visited.
final class StateMemory {
  private var seen: Set<UInt64> = []
  /// Whether all schedules from the current state were run before.
  private(set) var isKnown = false
  var count: Int { seen.count }

  func begin() { isKnown = false }

  func isNew(_ state: UInt64) -> Bool {
    isKnown = !seen.insert(state).inserted
    return !isKnown
  }
}
