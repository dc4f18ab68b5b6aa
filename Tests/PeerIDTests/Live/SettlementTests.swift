import PeerIDSandbox
import Testing

@testable import PeerID

/// Settling operations after each kind of lost message.
@Suite(.blocking) struct SettlementTests {
  /// Longer than a transaction can wait and its block needs to become irreversible.
  private static let untilFinal: Int64 = 300

  /// Blocks are made when the test moves the sandbox's clock.
  private func live() throws -> Live {
    let live = try Live(options: ["settleable": "true"], clock: .stopped())
    live.sandbox.configure { $0.stoppedClock = Clock.wallMilliseconds() }
    return live
  }

  private func unknown(_ live: Live, _ session: Session, _ fault: Fault.Action) throws -> PeerIDError {
    live.sandbox.add(Fault(fault, path: Live.operations, times: 1))
    let error = try #require(failure { () throws(PeerIDError) in try session.submit(Live.transfer) })
    #expect(error.outcome == .unknown)
    return error
  }

  private func pass(_ seconds: Int64, _ live: Live) {
    live.sandbox.configure { $0.clockOffset += seconds }
  }

  @Test(arguments: [Fault.Action.dropBefore, .loseBeforeChain])
  func `an operation lost before the chain is not done, once no block can contain it any more`(fault: Fault.Action)
    throws
  {
    let live = try live()
    let session = try live.logIn()
    let mark = try #require(try unknown(live, session, fault).mark)
    let first = try session.settle(mark)
    #expect(first.state == .notYet && 1000...15_000 ~= first.retryAfterMilliseconds)
    pass(Self.untilFinal, live)
    #expect(try session.settle(mark).state == .notDone)
    #expect(live.executed == 0)
  }

  @Test(arguments: [Fault.Action.dropAfter, .dropMid(.head), .statusAfter(.init(status: 502))])
  func `an operation whose answer was lost is done`(fault: Fault.Action) throws {
    let live = try live()
    let session = try live.logIn()
    let mark = try #require(try unknown(live, session, fault).mark)
    let settlement = try session.settle(mark)
    #expect(settlement.state == .done && settlement.transactionID?.utf8.count == 40 && !settlement.isIrreversible)
    #expect(settlement.transactions.count == 1)
    pass(Self.untilFinal, live)
    let later = try session.settle(mark)
    #expect(later.state == .done && later.isIrreversible && later.transactionID == settlement.transactionID)
  }

  @Test func `an operation in the pool is done when a block contains it`() throws {
    let live = try live()
    let session = try live.logIn()
    let mark = try #require(try unknown(live, session, .holdInPool(includedAfterMilliseconds: 9_000)).mark)
    #expect(try session.settle(mark).state == .notYet)
    pass(12, live)
    #expect(try session.settle(mark).state == .done)
  }

  @Test func `an operation that expires in the pool is not done`() throws {
    let live = try live()
    let session = try live.logIn()
    let mark = try #require(try unknown(live, session, .holdInPool(includedAfterMilliseconds: nil)).mark)
    #expect(try session.settle(mark).state == .notYet)
    pass(Self.untilFinal, live)
    #expect(try session.settle(mark).state == .notDone)
  }

  @Test func `equal transactions before the mark are ignored, and later ones are listed`() throws {
    let live = try live()
    let session = try live.logIn()
    _ = try session.submit(Live.transfer)
    let mark = try #require(try unknown(live, session, .dropBefore).mark)
    #expect(try session.settle(mark).state == .notYet)
    _ = try session.submit(Live.transfer)
    _ = try session.submit(Live.transfer)
    let settlement = try session.settle(mark)
    #expect(settlement.state == .done && settlement.transactions.count == 2)
  }

  @Test func `a history of many pages is read to its end`() throws {
    let live = try live()
    let session = try live.logIn()
    let mark = try #require(try unknown(live, session, .dropAfter).mark)
    let other = Live.transfer.replacing("100000", with: "1")
    for _ in 0..<120 { _ = try session.submit(other) }
    #expect(try session.settle(mark).state == .done)
  }

  @Test func `a saved mark works in another client`() throws {
    let live = try Live()
    let session = try live.logIn()
    let mark = try session.mark(Live.transfer)
    live.sandbox.add(Fault(.dropAfter, path: Live.operations, times: 1))
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.mark == nil)
    #expect(try live.sibling().logIn().settle(mark).state == .done)
  }

  @Test func `nothing is sent when the history cannot be read`() throws {
    let live = try live()
    let session = try live.logIn()
    live.sandbox.add(Fault(.status(.init(status: 503)), path: "/api/v1/app/blockchain-data", times: 1))
    let error = try #require(failure { () throws(PeerIDError) in try session.submit(Live.transfer) })
    #expect(error.outcome == .notSent && error.mark == nil && live.submits == 0)
  }

  @Test func `an error whose outcome is known has no mark`() throws {
    let live = try live()
    let session = try live.logIn()
    live.sandbox.add(Fault(.status(.init(status: 429)), path: Live.operations, times: 1))
    let error = try #require(failure { () throws(PeerIDError) in try session.submit(Live.transfer) })
    #expect(error.outcome == .notDone && error.mark == nil)
  }

  @Test func `asynchronous calls are marked and settled as well`() throws {
    let live = try live()
    let session = try live.logIn()
    let queue = try CompletionQueue()
    live.sandbox.add(Fault(.dropAfter, path: Live.operations, times: 1))
    _ = try session.submit(Live.transfer, to: queue, tag: 1)
    guard case .failure(let error) = queue.next(maximum: 1).first?.outcome else {
      Issue.record("the call did not fail")
      return
    }
    let mark = Bytes(try #require(error.mark))
    _ = try session.engine.begin(try session.settleCall(mark.raw), queue, 2)
    guard case .settlement(let settlement) = queue.next(maximum: 1).first?.outcome else {
      Issue.record("the call was not settled")
      return
    }
    #expect(settlement.state == .done)
  }

  /// The chain writes times, large numbers and sets in its own form.
  @Test func `every operation that can be sent is recognized in the history`() throws {
    let live = try Live(clientID: "8", options: ["settleable": "true"])
    live.sandbox.configure { $0.appliesChainRules = false }
    let session = try live.logIn()
    var settled = 0
    for entry in OperationCatalogue.standard.entries {
      let description = try JSONDocument(try #require(Operations.description(of: entry.name))).root
      guard let example = description["example"]?.compactText().text else { continue }
      let mark = try session.mark(example)
      _ = try session.submit(example)
      #expect(try session.settle(mark).state == .done, "\(entry.name)")
      settled += 1
    }
    #expect(settled == 100)
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"mark":2}"#, #"{"mark":1,"payer":"1.2.3","after":"x","sent_by":1,"request":{}}"#,
  ])
  func `text that is not a mark is refused`(text: String) throws {
    let session = try Live().logIn()
    let error = try #require(failure { () throws(PeerIDError) in try session.settle(text) })
    #expect(error.code == .invalidArgument && error.message.hasPrefix("mark "))
  }
}
