/// The times at which calls are due, the earliest first.
///
/// Timers of ended calls are removed only when they are the majority, because a timer consists of just two numbers.
struct TimerHeap {
  private struct Timer {
    let time: Int64
    let call: UInt64
  }

  private var timers: [Timer] = []

  /// The earliest time; `nil` when there is none.
  var earliest: Int64? { timers.first?.time }

  /// Makes `call` due at `time`.
  mutating func add(_ time: Int64, call: UInt64) {
    timers.append(Timer(time: time, call: call))
    var child = timers.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if timers[parent].time <= timers[child].time { break }
      timers.swapAt(parent, child)
      child = parent
    }
  }

  /// Removes the earliest timer if it is due, and returns its call; otherwise `nil`.
  mutating func popDue(now: Int64) -> UInt64? {
    guard let first = timers.first, first.time <= now else { return nil }
    let last = timers.removeLast()
    if !timers.isEmpty {
      timers[0] = last
      siftDown(0)
    }
    return first.call
  }

  /// Removes the timers of ended calls if most timers belong to such calls.
  mutating func clean(alive: Int, isAlive: (UInt64) -> Bool) {
    guard timers.count > 1024, timers.count > 4 * alive else { return }
    timers.removeAll { !isAlive($0.call) }
    for parent in stride(from: timers.count / 2 - 1, through: 0, by: -1) { siftDown(parent) }
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < timers.count {
        if timers[child].time < timers[smallest].time { smallest = child }
      }
      if smallest == parent { return }
      timers.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
