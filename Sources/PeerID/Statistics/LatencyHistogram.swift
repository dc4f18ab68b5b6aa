import Synchronization

/// Counts durations in buckets whose width grows with the duration. A percentile is the upper bound of its bucket, so
/// it is exact or at most 12.5 % too high.
final class LatencyHistogram: @unchecked Sendable {
  /// The number of buckets for each power of two.
  private static let classesOfOctave = 8
  /// Durations of about 72 hours or more share the last bucket.
  private static let octaves = 36
  private static let classes = octaves * classesOfOctave

  private let counts: UnsafeMutablePointer<Atomic<UInt32>>
  private let longest = Atomic<Int64>(0)

  init() {
    counts = .allocate(capacity: Self.classes)
    for index in 0..<Self.classes { (counts + index).initialize(to: Atomic(0)) }
  }

  deinit {
    counts.deinitialize(count: Self.classes)
    counts.deallocate()
  }

  func add(_ microseconds: Int64) {
    counts[Self.index(of: microseconds)].wrappingAdd(1, ordering: .relaxed)
    var known = longest.load(ordering: .relaxed)
    while microseconds > known {
      let (exchanged, original) = longest.compareExchange(expected: known, desired: microseconds, ordering: .relaxed)
      if exchanged { return }
      known = original
    }
  }

  func clear() {
    for index in 0..<Self.classes { counts[index].store(0, ordering: .relaxed) }
    longest.store(0, ordering: .relaxed)
  }

  /// The number of durations, the percentiles, and the longest duration. `shares` are in thousandths, ascending. For
  /// each share, the percentile is the upper bound of the bucket in which the share ends.
  func percentiles(_ shares: [Int64]) -> (count: Int64, bounds: [Int64], longest: Int64) {
    let counted = (0..<Self.classes).map { Int64(counts[$0].load(ordering: .relaxed)) }
    let total = counted.reduce(0, +)
    let longest = longest.load(ordering: .relaxed)
    let bounds = shares.map { share in
      var left = (total * share + 999) / 1000
      for (index, count) in counted.enumerated() where count > 0 {
        left -= count
        if left <= 0 { return min(Self.upperBound(of: index), longest) }
      }
      return longest
    }
    return (total, bounds, longest)
  }

  /// The bucket of a duration. The first buckets are one microsecond wide.
  static func index(of microseconds: Int64) -> Int {
    let value = max(microseconds, 0)
    guard value >= classesOfOctave else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    let index = (exponent - 2) * classesOfOctave + Int(value >> (exponent - 3)) - classesOfOctave
    return min(index, classes - 1)
  }

  static func upperBound(of index: Int) -> Int64 {
    guard index >= classesOfOctave else { return Int64(index) }
    let exponent = index / classesOfOctave + 2
    let first = Int64(index % classesOfOctave + classesOfOctave) << (exponent - 3)
    return first + (1 << (exponent - 3)) - 1
  }
}
