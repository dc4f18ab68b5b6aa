import Testing

@testable import PeerID

@Suite struct LatencyHistogramTests {
  @Test func `each bucket ends where the next one begins`() {
    for index in 0..<280 {
      let bound = LatencyHistogram.upperBound(of: index)
      #expect(LatencyHistogram.index(of: bound) == index)
      #expect(LatencyHistogram.index(of: bound + 1) == index + 1)
    }
  }

  @Test(arguments: [Int64.min, -1, 0, 1, 7, 8, 9, 1000, 123_456_789, .max])
  func `any duration has a bucket`(duration: Int64) {
    let histogram = LatencyHistogram()
    histogram.add(duration)
    #expect(histogram.percentiles([1000]).count == 1)
  }

  @Test func `percentiles are at most 12.5 percent too high, and never exceed the longest duration`() {
    let histogram = LatencyHistogram()
    for duration in 1...10_000 as ClosedRange<Int64> { histogram.add(duration) }
    let (count, bounds, longest) = histogram.percentiles([500, 900, 990, 999, 1000])
    #expect(count == 10_000 && longest == 10_000)
    for (bound, exact) in zip(bounds, [5000.0, 9000, 9900, 9990, 10_000]) {
      #expect(Double(bound) >= exact && Double(bound) <= exact * 1.125, "\(bound) for \(exact)")
    }
    #expect(bounds.allSatisfy { $0 <= 10_000 })
  }

  @Test func `without durations all percentiles are 0`() {
    let (count, bounds, longest) = LatencyHistogram().percentiles([500, 999])
    #expect(count == 0 && bounds == [0, 0] && longest == 0)
  }
}
