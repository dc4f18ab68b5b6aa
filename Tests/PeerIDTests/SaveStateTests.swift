import Testing

@testable import PeerID

/// A pair that could not be saved, and when saving is retried.
@Suite struct SaveStateTests {
  private static let failure = PeerIDError(.store, "the disk is full")

  private func pair(_ name: String, _ generation: UInt64) -> Token {
    Token(
      accessToken: Bytes(name),
      refreshToken: nil,
      scope: nil,
      expiresAtMilliseconds: nil,
      generation: generation
    )
  }

  private func unsaved(now: Int64 = 0) -> SaveState {
    var state = SaveState()
    state.failed(Self.failure, pair("new", 3), replacing: pair("old", 2), now: now)
    return state
  }

  @Test func `each failure doubles the wait for the next try, up to a minute`() {
    var state = unsaved(now: 50)
    var now: Int64 = 50
    var waits: [Int64] = []
    for _ in 0..<13 {
      let due = (now..<now + 200_000).first { state.isDue(now: $0) } ?? .max
      waits.append(due - now)
      now = due
      state.failedAgain(Self.failure, now: now)
    }
    #expect(waits == [250, 500, 1000, 2000, 4000, 8000, 16000, 32000] + Array(repeating: 60_000, count: 5))
  }

  @Test func `the wait keeps growing with the next unsaved pair, and starts over after a save`() {
    var state = unsaved()
    state.failed(Self.failure, pair("newest", 4), replacing: pair("old", 2), now: 0)
    #expect(!state.isDue(now: 499) && state.isDue(now: 500))
    state.settle(4)
    #expect(!state.isDue(now: .max) && state.savedGeneration == 4 && state.unsaved == nil && state.failure == nil)
    state.failedAgain(Self.failure, now: 0)
    #expect(state.failure == nil)
    state.failed(Self.failure, pair("newer", 5), replacing: pair("newest", 4), now: 0)
    #expect(!state.isDue(now: 249) && state.isDue(now: 250))
  }

  @Test func `the pair is the successor of the pair that it replaced, and of no other`() {
    let state = unsaved()
    #expect(state.successor(of: pair("old", 2))?.generation == 3)
    #expect(state.successor(of: pair("another", 2)) == nil)
    #expect(state.successor(of: pair("another", 9)) == nil)
    let rival = pair("rival", 3).renewing(pair("old", 2), atMilliseconds: 0, generation: 3)
    #expect(state.successor(of: rival) == nil)
    #expect(SaveState().successor(of: pair("old", 2)) == nil)
  }

  @Test func `the pair is the successor of an intermediate pair that the child of a fork has saved`() {
    let between = pair("between", 3)
    var state = unsaved()
    let newest = pair("newest", 4).renewing(between, atMilliseconds: 0, generation: 4)
    state.failed(Self.failure, newest, replacing: pair("old", 2), now: 0)
    #expect(state.successor(of: between)?.generation == 4)
    #expect(state.successor(of: pair("another", 3)) == nil)
  }

  @Test func `the pair is the successor of a restored backup`() {
    var state = SaveState()
    state.failed(Self.failure, pair("new", 9), replacing: pair("old", 8), now: 0)
    #expect(state.successor(of: pair("older", 7))?.generation == 9)
    #expect(state.successor(of: pair("another", 8)) == nil)
  }

  @Test func `saving is retried unless a thread already does it`() {
    var state = SaveState()
    #expect(!state.isNeglected)
    state = unsaved()
    #expect(state.isNeglected)
    state.isBeingTried = true
    #expect(!state.isNeglected)
  }
}
