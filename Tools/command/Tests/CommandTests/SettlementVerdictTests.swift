import PeerID
import Testing

@testable import peerid_command

@Suite("What the chain tells of a transaction whose outcome was unknown")
struct SettlementVerdictTests {
  private static let one = ChainPlace(transactionID: "aa", block: 1, number: 0)
  private static let two = ChainPlace(transactionID: "bb", block: 2, number: 0)
  private static let unnamed = ChainPlace(transactionID: nil, block: 1, number: 0)

  @Test(
    "a transaction on the chain is taken once",
    arguments: [
      ([one], [], .done(one)),
      ([one], [two], .done(one)),
      ([one, two], [one], .done(two)),
      ([one, two], [], .undecided([one, two])),
      ([one], [one], .undecided([one])),
      ([unnamed], [one], .undecided([unnamed])),
      ([unnamed], [two], .done(unnamed)),
    ] as [([ChainPlace], [ChainPlace], SettlementVerdict)]
  )
  func done(found: [ChainPlace], taken: [ChainPlace], verdict: SettlementVerdict) {
    #expect(SettlementVerdict(.done, found: found, retry: 0, taken: taken) == verdict)
  }

  @Test("a transaction that is not done, undecided or not comparable stays so")
  func others() {
    #expect(SettlementVerdict(.notDone, found: [], retry: 0, taken: []) == .notDone)
    #expect(SettlementVerdict(.notYet, found: [], retry: 9, taken: []) == .notYet(9))
    #expect(SettlementVerdict(.undecided, found: [Self.one], retry: 0, taken: []) == .undecided([Self.one]))
  }
}
