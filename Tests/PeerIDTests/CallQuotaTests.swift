import Testing

@testable import PeerID

/// The limit on asynchronous calls in flight.
@Suite struct CallQuotaTests {
  @Test(arguments: [1, 2, 100])
  func `the limit allows that many calls, and one more when one has ended`(limit: Int) throws {
    let quota = CallQuota(limit: limit)
    for _ in 0..<limit { try quota.enter() }
    for _ in 0..<2 {
      let error = failure { () throws(PeerIDError) in try quota.enter() }
      #expect(error?.code == .queueFull && error?.outcome == .notSent && error?.isRetryable == true)
      #expect(quota.inFlight == limit)
    }
    quota.leave()
    try quota.enter()
    #expect(failure { () throws(PeerIDError) in try quota.enter() } != nil)
    quota.leave(limit)
    #expect(quota.inFlight == 0)
  }
}
