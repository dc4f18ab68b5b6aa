import PeerIDSandbox
import Testing

@testable import PeerID

/// Tokens for requests that the application sends itself.
@Suite(.blocking) struct ExternalTokenTests {
  @Test func `a valid token is returned without a request`() throws {
    let live = try Live()
    let session = try live.logIn()
    #expect(try session.freshToken().generation == 1)
    #expect(live.refreshes == 0)
  }

  @Test func `50 threads whose token was refused share one refresh`() throws {
    let live = try Live()
    let session = try live.logIn()
    let generations = Gathered<UInt64>()
    onThreads(50) { _ in
      do throws(PeerIDError) {
        generations.add(try session.freshToken(refused: 1).generation)
      } catch {
        generations.add(0)
      }
    }
    #expect(generations.all == Array(repeating: 2, count: 50))
    #expect(live.refreshes == 1)
  }

  @Test func `a new token that is refused is returned again after a wait`() throws {
    let live = try Live(clock: .stopped())
    let session = try live.logIn()
    #expect(try session.freshToken(refused: 1).generation == 2)
    let begun = live.clock.now
    #expect(try session.freshToken(refused: 2).generation == 2)
    #expect(live.clock.now - begun == 25)
    #expect(live.refreshes == 1)
  }

  @Test func `the refusal of an older token needs no refresh`() throws {
    let live = try Live()
    let session = try live.logIn()
    try session.refresh()
    #expect(try session.freshToken(refused: 1).generation == 2)
    #expect(live.refreshes == 1)
  }

  @Test func `before the server's time is known the local clock decides`() throws {
    let live = try Live()
    let tokens = try live.logIn().exportTokens()
    let access = try live.logIn().token
    let refresh = String(decoding: try #require(access.refreshTokenBytes).raw, as: UTF8.self)
    let expired = #"{"access_token":"expired","refresh_token":"\#(refresh)","expires_at":1000}"#
    let fresh = try live.sibling()
    #expect(try fresh.client.restore(tokenJSON: tokens).freshToken().generation == 1)
    #expect(live.refreshes == 0)
    let another = try live.sibling()
    #expect(try another.client.restore(tokenJSON: expired).freshToken().generation == 2)
    #expect(live.refreshes == 1)
  }

  @Test func `an ended session returns no external token`() throws {
    let live = try Live()
    let session = try live.logIn()
    live.sandbox.add(Fault(.dropAfter, path: Live.refresh))
    #expect(failure { () throws(PeerIDError) in try session.freshToken(refused: 1) }?.outcome == .notDone)
    try session.logOut()
    let error = failure { () throws(PeerIDError) in try session.freshToken() }
    #expect(error?.code == .loginRequired && error?.outcome == .notSent)
  }
}
