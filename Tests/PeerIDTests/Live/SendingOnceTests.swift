import Glibc
import PeerIDSandbox
import Testing

@testable import PeerID

/// An operation is never sent twice behind the caller's back.
@Suite(.blocking) struct SendingOnceTests {
  @Test func `libcurl's automatic retry on a dead connection is prevented`() throws {
    let live = try Live()
    let session = try live.logIn()
    _ = try session.submit(Live.transfer)
    live.sandbox.add(Fault(.dropBefore, path: Live.operations))
    let error = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
    #expect(error?.code == .connectionLost && error?.outcome == .unknown && error?.isRetryable == false)
    #expect(live.submits == 2 && live.executed == 1)
    _ = try session.submit(Live.transfer)
    #expect(live.submits == 3 && live.executed == 2)
  }

  @Test func `libcurl retries a request that may be sent twice`() throws {
    let live = try Live()
    _ = try live.logIn()
    live.sandbox.add(Fault(.dropBefore, path: Live.logIn))
    _ = try live.logIn()
    #expect(live.sandbox.requestCount("POST " + Live.logIn) == 3)
  }

  @Test func `an operation that was done and whose answer was lost is unknown`() throws {
    let live = try Live()
    let session = try live.logIn()
    for action in [Fault.Action.dropAfter, .dropMid(.head), .dropMid(.body)] {
      let before = live.executed
      live.sandbox.add(Fault(action, path: Live.operations))
      let error = failure { () throws(PeerIDError) in try session.submit(Live.transfer) }
      #expect(error?.outcome == .unknown, "\(action)")
      #expect(live.executed == before + 1)
    }
  }

  @Test(arguments: [(1023, true), (1024, true), (1025, false)])
  func `an answer of exactly the limit is read, and one byte more is too large`(size: Int, isRead: Bool) throws {
    let live = try Live(options: ["max_response_bytes": "1024"])
    let frame = #"{"result":""}"#
    let body = #"{"result":""# + String(repeating: "x", count: size - frame.utf8.count) + #""}"#
    live.sandbox.add(Fault(.status(.init(status: 200, body: body))))
    let error = failure { () throws(PeerIDError) in try live.client.readChain(api: "database", method: "get_chain_id") }
    #expect(error?.code == (isRead ? nil : .tooLarge))
  }

  @Test func `a slow answer is a timeout with an unknown outcome`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.add(.held(.delayAfter, path: Live.operations))
    let error = live.timeout(at: Live.operations) { () throws(PeerIDError) in _ = try session.submit(Live.transfer) }
    #expect(error?.code == .timeout && error?.outcome == .unknown)
    #expect(live.executed == 1)
  }

  @Test func `without a server nothing is sent`() throws {
    let live = try Live()
    let session = try live.logIn()
    let tokens = session.exportTokens()
    live.sandbox.stop()
    let fresh = try Live(sandbox: live.sandbox)
    let error = failure { () throws(PeerIDError) in
      try fresh.client.restore(tokenJSON: tokens).submit(Live.transfer)
    }
    #expect(error?.code == .unreachable && error?.outcome == .notSent && error?.isRetryable == true)
  }

  @Test func `a call can be interrupted by its caller`() throws {
    let flag = ClosingFlag()
    let live = try Live { $0.setInterruptHandler { flag.isSet } }
    let session = try live.logIn()
    live.sandbox.add(.held(path: Live.operations))
    let outcome = Gathered<PeerIDError?>()
    onThreads(2) { index in
      if index == 0 {
        outcome.add(failure { () throws(PeerIDError) in try session.submit(Live.transfer) })
      } else {
        #expect(live.waitForRequests(1, path: Live.operations))
        _ = flag.set()
      }
    }
    #expect(outcome.all.first??.code == .cancelled && outcome.all.first??.outcome == .unknown)
  }

  @Test func `closing the client ends the calls in flight`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.add(.held(path: Live.operations, times: nil))
    let outcomes = Gathered<PeerIDError?>()
    onThreads(5) { index in
      if index > 0 {
        outcomes.add(failure { () throws(PeerIDError) in try session.submit(Live.transfer) })
      } else {
        #expect(live.waitForRequests(4, path: Live.operations))
        live.client.close()
      }
    }
    #expect(outcomes.all.count == 4 && outcomes.all.allSatisfy { $0?.code == .closed })
    #expect(failure { () throws(PeerIDError) in try session.submit(Live.transfer) }?.code == .closed)
  }
}
