import Testing

@testable import PeerID

/// Settling a submit from what the chain contains.
@Suite struct SettlementDecisionTests {
  private static let sentBy: Int64 = 1_790_000_000
  private static let finalTime = sentBy + 45 + 120

  private func decision(at time: Int64) -> SettlementDecision {
    let mark = Mark(payer: "1.2.31", after: "1.11.7", sentBy: Self.sentBy, request: Bytes(#"{"operations":[]}"#))
    return SettlementDecision(mark, irreversibleBlock: 1000, irreversibleTime: time)
  }

  private func candidate(_ verdict: OperationComparison.Verdict, block: Int64) -> SettlementDecision.Candidate {
    SettlementDecision.Candidate(verdict: verdict, block: block, number: 2, id: "id of \(block)")
  }

  @Test func `nothing is final before the last block that can contain it is irreversible`() {
    let early = decision(at: Self.sentBy).settlement([])
    #expect(early.state == .notYet && early.retryAfterMilliseconds == 15_000 && !early.isIrreversible)
    let last = decision(at: Self.finalTime).settlement([])
    #expect(last.state == .notYet && last.retryAfterMilliseconds == 1000)
    let after = decision(at: Self.finalTime + 1).settlement([])
    #expect(after.state == .notDone && after.retryAfterMilliseconds == 0 && after.isIrreversible)
  }

  @Test func `an equal transaction settles it at once`() {
    let settlement = decision(at: Self.sentBy).settlement([candidate(.same, block: 1001)])
    #expect(settlement.state == .done && settlement.transactionID == "id of 1001" && settlement.blockNumber == 1001)
    #expect(settlement.transactionNumber == 2 && !settlement.isIrreversible && settlement.transactions.count == 1)
    #expect(decision(at: Self.sentBy).settlement([candidate(.same, block: 1000)]).isIrreversible)
  }

  @Test func `of several equal transactions the first is named, and all are listed`() {
    let settlement = decision(at: Self.sentBy).settlement([candidate(.same, block: 9), candidate(.same, block: 8)])
    #expect(settlement.state == .done && settlement.blockNumber == 8)
    #expect(settlement.transactions.map(\.blockNumber) == [8, 9])
  }

  @Test func `an operation that cannot be compared is never called not done`() {
    let unsure = [candidate(.unsure, block: 8)]
    #expect(decision(at: Self.finalTime).settlement(unsure).state == .notYet)
    let settlement = decision(at: Self.finalTime + 1).settlement(unsure)
    #expect(settlement.state == .undecided && settlement.transactions.map(\.blockNumber) == [8])
    #expect(decision(at: Self.finalTime).settlement(unsure + [candidate(.same, block: 9)]).state == .done)
  }

  @Test func `a signed transaction is final when it expires`() throws {
    let operations = #"[[0,{"from":"1.2.31"}]]"#
    let request = Bytes(#"{"transaction":{"expiration":"2026-09-21T14:13:20","operations":\#(operations)}}"#)
    let written = Mark(payer: "1.2.31", after: "1.11.7", sentBy: Self.sentBy, request: request).json
    let mark = try written.withBytes { (json) throws(PeerIDError) in try Mark(json) }
    func state(at time: Int64) -> Settlement.State {
      SettlementDecision(mark, irreversibleBlock: 1, irreversibleTime: time).settlement([]).state
    }
    #expect(state(at: 1_790_000_000) == .notYet)
    #expect(state(at: 1_790_000_001) == .notDone)
  }
}
