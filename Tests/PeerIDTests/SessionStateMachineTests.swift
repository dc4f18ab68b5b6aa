import Testing

@testable import PeerID

/// The decisions of a session, with a simulated clock.
@Suite struct SessionStateMachineTests {
  private static let day: Int64 = 86_400_000
  private static let start: Int64 = 1_800_000_000_000

  private func token(_ generation: UInt64 = 1, expiresIn: Int64? = 90 * day) -> Token {
    Token(
      accessToken: Bytes("access\(generation)"),
      refreshToken: Bytes("refresh\(generation)"),
      scope: nil,
      expiresAtMilliseconds: expiresIn.map { Self.start + $0 },
      generation: generation
    )
  }

  private func machine(
    expiresIn: Int64? = 90 * day,
    renewal: SessionStateMachine.Renewal = .possible
  ) -> SessionStateMachine {
    SessionStateMachine(
      token: token(expiresIn: expiresIn),
      renewal: renewal,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
  }

  private func describe(_ decision: SessionStateMachine.Decision) -> String {
    switch decision {
    case .use(let token, let begins): "use \(token.generation)" + (begins ? ", refresh" : "")
    case .wait(let begins): begins ? "wait, refresh" : "wait"
    case .resend(let pause): "resend after \(pause)"
    case .fail(let error): "fail \(error.code.name)"
    case .giveUp: "give up"
    }
  }

  private static let ages: [(passed: Int64, expected: String)] = [
    (0, "use 1"),
    (89 * day - 1, "use 1"),
    (89 * day, "use 1, refresh"),
    (90 * day - 60_001, "use 1, refresh"),
    (90 * day - 60_000, "wait, refresh"),
    (90 * day, "wait, refresh"),
    (900 * day, "wait, refresh"),
  ]

  @Test(arguments: ages)
  func `the age of a token decides: use it, refresh in the background, or wait for a refresh`(
    passed: Int64,
    expected: String
  ) {
    var machine = machine()
    #expect(describe(machine.admit(now: passed, serverNow: Self.start + passed)) == expected)
  }

  @Test func `the expiry is not checked before the server's time is known`() {
    var machine = machine(expiresIn: -1)
    #expect(describe(machine.admit(now: 0, serverNow: nil)) == "use 1")
    #expect(describe(machine.admit(now: 0, serverNow: Self.start)) == "wait, refresh")
  }

  @Test func `a token without a known expiry is used until it is refused`() {
    var machine = machine(expiresIn: nil)
    #expect(describe(machine.admit(now: 0, serverNow: Self.start + 1000 * Self.day)) == "use 1")
  }

  @Test func `a short-lived token is not refreshed over and over`() {
    var machine = machine(expiresIn: 8000)
    #expect(describe(machine.admit(now: 0, serverNow: Self.start)) == "use 1")
    #expect(describe(machine.admit(now: 3999, serverNow: Self.start + 3999)) == "use 1")
    #expect(describe(machine.admit(now: 4001, serverNow: Self.start + 4001)) == "use 1, refresh")
    #expect(describe(machine.admit(now: 6001, serverNow: Self.start + 6001)) == "wait")
  }

  @Test func `one refresh runs at a time, for all callers`() {
    var machine = machine()
    let attempts = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(1, attempts, now: 0)) == "wait, refresh")
    let others = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(1, others, now: 1)) == "wait")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 2)) == "wait")
    #expect(describe(machine.admit(now: 3, serverNow: Self.start + 90 * Self.day)) == "wait")
    _ = machine.refreshEnded(.renewed(token(2)), now: 10, serverNow: Self.start, jitter: 0)
    #expect(describe(machine.refused(1, others, now: 11)) == "resend after 0")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 12)) == "use 2")
  }

  @Test func `a fresh token that is refused is sent again after a pause, and never refreshed`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    var attempts = SessionStateMachine.Attempts()
    var verdicts: [String] = []
    for now in stride(from: Int64(0), to: 2000, by: 300) {
      verdicts.append(describe(machine.refused(2, attempts, now: now)))
      attempts.early += 1
    }
    let pauses = ["25", "25", "50", "100", "200", "400", "400"]
    #expect(verdicts == pauses.map { "resend after " + $0 })
    #expect(describe(machine.refused(2, attempts, now: 2000)) == "wait, refresh")
  }

  @Test func `a used refresh token ends the session, and the end is remembered`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.refused(PeerIDError(.loginRequired, "over")), now: 1, serverNow: Self.start, jitter: 0)
    #expect(describe(machine.admit(now: 2, serverNow: Self.start)) == "fail login_required")
    let attempts = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(1, attempts, now: 3)) == "fail login_required")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 4)) == "fail login_required")
  }

  @Test func `after a transient failure the old token is used, and each retry waits longer`() {
    var machine = machine()
    let failure = PeerIDError(.server, .unknown, "chain", httpStatus: 500)
    var now: Int64 = 0
    var waits: [Int64] = []
    for _ in 0..<9 {
      #expect(describe(machine.refreshRequested(supersedes: 1, now: now)) == "wait, refresh")
      _ = machine.refreshEnded(.transient(failure), now: now, serverNow: Self.start, jitter: 1)
      #expect(describe(machine.admit(now: now, serverNow: Self.start)) == "use 1")
      guard case .fail(let error) = machine.refreshRequested(supersedes: 1, now: now) else {
        Issue.record("a refresh began at once after a failure")
        return
      }
      #expect(error.outcome == .notSent && error.isRetryable)
      waits.append(error.retryAfterMilliseconds)
      now += error.retryAfterMilliseconds
    }
    #expect(waits == [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000])
  }

  @Test(arguments: [(-1.0, Int64(500)), (0, 500), (0.5, 750), (1, 1000), (2, 1000)])
  func `processes that fail together do not try again together`(jitter: Double, wait: Int64) {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    let failure = PeerIDError(.server, .unknown, "chain", httpStatus: 500)
    _ = machine.refreshEnded(.transient(failure), now: 0, serverNow: Self.start, jitter: jitter)
    #expect(describe(machine.refreshRequested(supersedes: 1, now: wait - 1)) == "fail server")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: wait)) == "wait, refresh")
  }

  @Test func `a refresh without an answer is retried after growing waits, never before the probe's time`() {
    var machine = machine()
    let lost = PeerIDError(.connectionLost, .unknown, "lost")
    var now: Int64 = 0
    var waits: [Int64] = []
    for _ in 0..<9 {
      #expect(describe(machine.refreshRequested(supersedes: 1, now: now)) == "wait, refresh")
      _ = machine.refreshEnded(.unknown(lost), now: now, serverNow: Self.start, jitter: 1)
      guard case .fail(let error) = machine.refreshRequested(supersedes: 1, now: now) else {
        Issue.record("a refresh began at once after one without an answer")
        return
      }
      waits.append(error.retryAfterMilliseconds)
      now += error.retryAfterMilliseconds
    }
    #expect(waits == [5000, 5000, 5000, 8000, 16000, 32000, 60000, 60000, 60000])
  }

  @Test func `only the acceptance of the current token counts`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    machine.accepted(1)
    #expect(!machine.isAccepted)
    machine.accepted(2)
    #expect(machine.isAccepted)
  }

  @Test func `a server's retry time is respected`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    let failure = PeerIDError(.rateLimited, .notDone, "later", httpStatus: 429, retryAfterMilliseconds: 90_000)
    _ = machine.refreshEnded(.transient(failure), now: 0, serverNow: Self.start, jitter: 0)
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 89_999)) == "fail rate_limited")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 90_000)) == "wait, refresh")
  }

  @Test func `after a refresh without an answer the access token is used, and the refresh token is sent again later`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(
      .unknown(PeerIDError(.connectionLost, .unknown, "lost", advice: "find out")),
      now: 0,
      serverNow: Self.start,
      jitter: 0
    )
    #expect(describe(machine.admit(now: 1, serverNow: Self.start)) == "use 1")
    let attempts = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(1, attempts, now: 4999)) == "fail unreachable")
    // The waiting call was not sent, so it does not get the advice of the refresh.
    guard case .fail(let error) = machine.admit(now: 4999, serverNow: Self.start + 90 * Self.day) else {
      Issue.record("a token that has expired was used")
      return
    }
    #expect(error.outcome == .notSent && error.message.hasSuffix("lost"))
    #expect(describe(machine.refused(1, attempts, now: 5000)) == "wait, refresh")
  }

  private static let used = PeerIDError(.loginRequired, .notSent, "used", httpStatus: 400)

  @Test func `a refused pair that was never accepted is in doubt, and accepted when the server has saved it`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    var attempts = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(2, attempts, now: 2000)) == "wait, refresh")
    attempts.refreshes = 1
    let failure = machine.refreshEnded(.refused(Self.used), now: 2001, serverNow: Self.start, jitter: 0)
    #expect(failure?.code == .server && failure?.isRetryable == true)
    #expect(machine.isOver == nil && machine.isInDoubt)
    #expect(describe(machine.refused(2, attempts, now: 2002)) == "resend after 25")
    machine.accepted(2)
    #expect(!machine.isInDoubt)
  }

  private static let refusals: [(isAccepted: Bool, age: Int64, isOver: Bool)] = [
    (false, 2000, false), (false, 599_999, false), (false, 600_000, true), (true, 0, true), (true, 2000, true),
  ]

  @Test(arguments: refusals)
  func `only a young pair that was never accepted is in doubt when its refresh token is refused`(
    isAccepted: Bool,
    age: Int64,
    isOver: Bool
  ) {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    if isAccepted { machine.accepted(2) }
    _ = machine.refreshRequested(supersedes: 2, now: age)
    #expect(machine.isInDoubtOfRefusal(now: age, serverNow: Self.start) == !isOver)
    _ = machine.refreshEnded(.refused(Self.used), now: age, serverNow: Self.start, jitter: 0)
    #expect((machine.isOver != nil) == isOver)
  }

  @Test func `a pair is in doubt, however old it is, when a login has shown that the server has not saved it`() {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    let failure = machine.refreshEnded(.unsaved, now: 0, serverNow: Self.start, jitter: 0)
    #expect(failure?.code == .server && failure?.outcome == .notDone && failure?.isRetryable == true)
    #expect(machine.isOver == nil && machine.isInDoubt)
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 500)) == "wait, refresh")
  }

  @Test(arguments: [false, true])
  func `a refusal is not final when the server has accepted the pair since the refresh began`(isAcceptedBefore: Bool) {
    var machine = machine()
    if isAcceptedBefore { machine.accepted(1) }
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    if !isAcceptedBefore { machine.accepted(1) }
    #expect(machine.isInDoubtOfRefusal(now: 1, serverNow: Self.start) == !isAcceptedBefore)
    let failure = machine.refreshEnded(.refused(Self.used), now: 1, serverNow: Self.start, jitter: 0)
    #expect((machine.isOver != nil) == isAcceptedBefore)
    #expect(failure?.code == (isAcceptedBefore ? .loginRequired : .server))
    #expect(!machine.isInDoubt)
  }

  @Test func `an ended session reads the store at most once a second, and calls wait for the read`() {
    var machine = SessionStateMachine(
      token: token(),
      renewal: .possible,
      isStored: true,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
    machine.end(Self.used)
    #expect(describe(machine.admit(now: 0, serverNow: Self.start)) == "wait, refresh")
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 1)) == "wait")
    _ = machine.refreshEnded(.refused(Self.used), now: 2, serverNow: Self.start, jitter: 0)
    #expect(describe(machine.admit(now: 999, serverNow: Self.start)) == "fail login_required")
    #expect(describe(machine.admit(now: 1000, serverNow: Self.start)) == "wait, refresh")
    _ = machine.refreshEnded(.adopted(token(2)), now: 1001, serverNow: Self.start, jitter: 0)
    #expect(describe(machine.admit(now: 1002, serverNow: Self.start)) == "use 2")
  }

  @Test(arguments: [false, true])
  func `a session that was logged out or is not stored does not read the store`(isLoggedOut: Bool) {
    var machine = SessionStateMachine(
      token: token(),
      renewal: .possible,
      isStored: isLoggedOut,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
    machine.end(isLoggedOut ? SessionOpening.loggedOut : Self.used)
    #expect(describe(machine.admit(now: 0, serverNow: Self.start)) == "fail login_required")
  }

  @Test func `a logout while the store is read is final`() {
    var machine = SessionStateMachine(
      token: token(),
      renewal: .possible,
      isStored: true,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
    machine.end(Self.used)
    _ = machine.admit(now: 0, serverNow: Self.start)
    machine.end(SessionOpening.loggedOut)
    _ = machine.refreshEnded(.refused(Self.used), now: 1, serverNow: Self.start, jitter: 0)
    #expect(machine.isOver?.isUsedRefreshToken == false)
    _ = machine.refreshEnded(.adopted(token(2)), now: 2, serverNow: Self.start, jitter: 0)
    #expect(machine.isOver?.isUsedRefreshToken == false)
  }

  @Test func `the user and the account do not make a pair newer, and are kept with every later pair`() {
    var machine = machine()
    var identity = Token.Identity()
    identity.account = Account(id: "1.2.31", name: "pi-alice")
    machine.learn(identity)
    #expect(machine.token.generation == 1 && machine.token.isSamePair(as: token(1)))
    #expect(describe(machine.refused(1, SessionStateMachine.Attempts(), now: 0)) == "wait, refresh")
    // The account is set again while the refresh is under way.
    identity.account = Account(id: "1.2.33", name: "pi-carol")
    machine.learn(identity)
    let earlier = token(2).identified { $0.account = Account(id: "1.2.31", name: "pi-alice") }
    _ = machine.refreshEnded(.renewed(earlier), now: 0, serverNow: Self.start, jitter: 0)
    #expect(machine.token.generation == 2 && machine.token.account == identity.account)
    // The pair of another user does not get the account.
    let stranger = token(3).identified { $0.user = "bob" }
    machine.learn(of: stranger)
    #expect(machine.token.user == nil)
    machine.replace(with: stranger, now: 0, serverNow: Self.start)
    #expect(machine.token.account == nil && machine.token.user == "bob")
  }

  @Test func `a pair from before a refresh is recognized as an earlier one`() {
    var machine = machine()
    for generation in UInt64(1)...3 {
      _ = machine.refreshRequested(supersedes: generation, now: 0)
      _ = machine.refreshEnded(.renewed(token(generation + 1)), now: 0, serverNow: Self.start, jitter: 0)
    }
    #expect((1...3).allSatisfy { machine.isEarlier(token($0), now: 0, serverNow: nil) })
    #expect((4...5).allSatisfy { !machine.isEarlier(token($0), now: 0, serverNow: nil) })
  }

  private static let ofReplacedPairs: [(isOwn: Bool, isAccepted: Bool, age: Int64, isEarlier: Bool)] = [
    (true, false, 9_999, true), (true, false, 10_000, false), (true, true, 10_000, true),
    (false, false, 9_999, true), (false, false, 10_000, false), (false, true, 10_000, true),
  ]

  @Test(arguments: ofReplacedPairs)
  func `a login that still returns the replaced pair after ten seconds shows that the server never saved the new one`(
    isOwn: Bool,
    isAccepted: Bool,
    age: Int64,
    isEarlier: Bool
  ) {
    var machine = machine()
    let renewed = token(2).renewing(token(1), atMilliseconds: Self.start, generation: 2)
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(isOwn ? .renewed(renewed) : .adopted(renewed), now: 0, serverNow: Self.start, jitter: 0)
    if isAccepted { machine.accepted(2) }
    #expect(machine.isEarlier(token(1), now: age, serverNow: Self.start + age) == isEarlier)
  }

  enum Acceptance: CaseIterable { case never, beforeRefresh, duringRefresh }

  private static let logInsWithReplacedPair: [(acceptance: Acceptance, isRefused: Bool, isReplaced: Bool)] = [
    (.never, true, false), (.never, false, false),
    (.beforeRefresh, true, true), (.beforeRefresh, false, false),
    (.duringRefresh, true, false), (.duringRefresh, false, false),
  ]

  @Test(arguments: logInsWithReplacedPair)
  func `a login brings the replaced pair back only if the server has refused a pair that it had accepted before`(
    acceptance: Acceptance,
    isRefused: Bool,
    isReplaced: Bool
  ) {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    let renewed = token(2).renewing(token(1), atMilliseconds: Self.start, generation: 2)
    _ = machine.refreshEnded(.renewed(renewed), now: 0, serverNow: Self.start, jitter: 0)
    if acceptance == .beforeRefresh { machine.accepted(2) }
    _ = machine.refreshRequested(supersedes: 2, now: 0)
    if acceptance == .duringRefresh { machine.accepted(2) }
    let time = Self.start
    #expect(machine.isReplaced(byLogIn: token(1), isRefused: isRefused, now: 0, serverNow: time) == isReplaced)
    #expect(machine.isReplaced(byLogIn: token(3), isRefused: isRefused, now: 0, serverNow: time))
  }

  @Test(arguments: [(false, true), (true, false)])
  func `a refused pair may be unsaved, unless the server accepted it before the refresh began`(
    isAcceptedBefore: Bool,
    mayBeUnsaved: Bool
  ) {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    if isAcceptedBefore { machine.accepted(2) }
    _ = machine.refreshRequested(supersedes: 2, now: 0)
    if !isAcceptedBefore { machine.accepted(2) }
    #expect(machine.mayBeUnsaved(for: 2000, now: 1999, serverNow: nil) == mayBeUnsaved)
    #expect(!machine.mayBeUnsaved(for: 2000, now: 2000, serverNow: nil))
  }

  @Test(arguments: [false, true])
  func `after a refresh without an answer a refusal is final, unless the pair was in doubt before`(wasInDoubt: Bool) {
    var machine = machine()
    _ = machine.refreshRequested(supersedes: 1, now: 0)
    _ = machine.refreshEnded(.renewed(token(2)), now: 0, serverNow: Self.start, jitter: 0)
    let lost = PeerIDError(.connectionLost, .unknown, "lost")
    let results: [SessionStateMachine.RefreshResult] = [.unknown(lost), .refused(Self.used)]
    var now: Int64 = 0
    for result in (wasInDoubt ? [.refused(Self.used)] : []) + results {
      now += 60_000
      _ = machine.refreshRequested(supersedes: 2, now: now)
      _ = machine.refreshEnded(result, now: now, serverNow: Self.start + now, jitter: 0)
    }
    #expect((machine.isOver == nil) == wasInDoubt)
  }

  @Test func `a pair that another process has just refreshed may not be saved yet`() {
    let other = token(2).renewing(token(1), atMilliseconds: Self.start, generation: 2)
    let machine = SessionStateMachine(
      token: other,
      renewal: .possible,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
    #expect(machine.mayBeUnsaved(for: 600_000, now: 0, serverNow: Self.start + 9_999))
    #expect(!machine.mayBeUnsaved(for: 600_000, now: 0, serverNow: Self.start + 10_000))
    #expect(!machine.mayBeUnsaved(for: 2000, now: 0, serverNow: Self.start + 2000))
  }

  @Test func `a process that was stopped judges a refusal by the time when its refresh began`() {
    var machine = SessionStateMachine(
      token: token(2).renewing(token(1), atMilliseconds: Self.start, generation: 2),
      renewal: .possible,
      policy: SessionStateMachine.Policy(),
      serverNow: Self.start
    )
    let used = PeerIDError(.loginRequired, .notSent, "used", httpStatus: 400)
    for (began, isOver) in [(Int64(1000), false), (151_000, true)] {
      _ = machine.decide(.refresh(supersedes: 2), now: began, serverNow: Self.start + began)
      _ = machine.refreshEnded(.refused(used), now: began + 150_000, serverNow: Self.start + began + 150_000, jitter: 0)
      #expect((machine.isOver != nil) == isOver)
    }
  }

  @Test func `a token that cannot be refreshed is used until it expires`() {
    let why = PeerIDError(.configuration, "no secret")
    var machine = machine(renewal: .impossible(why))
    #expect(describe(machine.admit(now: 0, serverNow: Self.start + 90 * Self.day - 1)) == "use 1")
    #expect(describe(machine.admit(now: 0, serverNow: Self.start + 90 * Self.day)) == "fail configuration")
    let attempts = SessionStateMachine.Attempts()
    #expect(describe(machine.refused(1, attempts, now: 0)) == "fail configuration")
  }

  @Test func `a call gives up after two refreshes that did not help`() {
    var machine = machine()
    var attempts = SessionStateMachine.Attempts()
    var now: Int64 = 0
    for generation in UInt64(1)...2 {
      #expect(describe(machine.refused(generation, attempts, now: now)) == "wait, refresh")
      attempts.refreshes += 1
      _ = machine.refreshEnded(.renewed(token(generation + 1)), now: now, serverNow: Self.start, jitter: 0)
      machine.accepted(generation + 1)
      now += 2000
    }
    #expect(describe(machine.refused(3, attempts, now: now)) == "give up")
  }

  @Test func `the child of a fork may refresh though the parent was refreshing`() {
    var machine = machine()
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 0)) == "wait, refresh")
    machine.enterChild()
    #expect(describe(machine.refreshRequested(supersedes: 1, now: 0)) == "wait, refresh")
  }
}

/// The server's clock, from the Date headers of its answers.
@Suite struct ServerClockTests {
  private final class Time: @unchecked Sendable {
    var now: Int64 = 100_000
  }

  private static let date: Int64 = 1_800_000_000_000

  @Test func `the date of a slow answer is used only when there is no better one`() {
    let time = Time()
    let clock = ServerClock(clock: Clock { time.now })
    #expect(clock.nowMilliseconds == nil && clock.wantsSample)
    clock.learn(dateMilliseconds: Self.date, took: 40_000)
    #expect(clock.nowMilliseconds == Self.date + 500 && clock.wantsSample)
    clock.learn(dateMilliseconds: Self.date + 40_000, took: 20)
    #expect(clock.nowMilliseconds == Self.date + 40_500 && !clock.wantsSample)
    time.now += 2000
    #expect(clock.wantsSample)
    // The process was stopped while this answer arrived: the clock is right.
    time.now += 150_000
    clock.learn(dateMilliseconds: Self.date + 42_000, took: 150_020)
    #expect(clock.nowMilliseconds == Self.date + 192_500)
    // The server's clock was set back.
    clock.learn(dateMilliseconds: Self.date, took: 1001)
    #expect(clock.nowMilliseconds == Self.date + 500)
  }

  @Test func `a slow answer whose date is later than the clock corrects it`() {
    let time = Time()
    let clock = ServerClock(clock: Clock { time.now })
    // The process was stopped while this answer arrived.
    clock.learn(dateMilliseconds: Self.date, took: 40_000)
    time.now += 1800
    clock.learn(dateMilliseconds: Self.date + 40_000, took: 1800)
    #expect(clock.nowMilliseconds == Self.date + 40_500)
  }

  @Test func `the clock is at most fifty seconds slow if the process was stopped during its first answer`() {
    let clock = ServerClock(clock: Clock { 100_000 })
    clock.learn(dateMilliseconds: Self.date, took: 150_000)
    #expect(clock.nowMilliseconds == Self.date + 100_500)
  }
}

@Suite struct StoredPairDecisionTests {
  private static func pair(_ name: String, user: Int64? = 1, generation: UInt64) -> Token {
    Token(
      accessToken: Bytes("access" + name),
      refreshToken: Bytes("refresh" + name),
      scope: nil,
      expiresAtMilliseconds: nil,
      userID: user,
      generation: generation
    )
  }

  private static let cases: [(stored: Token?, saved: UInt64, expected: StoredPairDecision)] = [
    (pair("mine", generation: 3), 3, .renew),
    (pair("theirs", generation: 4), 3, .adopt),
    (pair("theirs", generation: 3), 3, .adopt),
    // A backup was restored, or the session was removed and a new one began.
    (pair("theirs", generation: 1), 3, .renewNewer),
    (pair("theirs", user: nil, generation: 4), 3, .adopt),
    (pair("theirs", user: 2, generation: 4), 3, .anotherUser),
    (pair("theirs", user: 2, generation: 1), 3, .anotherUser),
    // The pair that this session could not save is newer.
    (pair("replaced", generation: 2), 2, .renewNewer),
    (nil, 3, .loggedOut),
  ]

  @Test(arguments: cases)
  func `the stored pair decides what a refresh does`(stored: Token?, saved: UInt64, expected: StoredPairDecision) {
    let mine = Self.pair("mine", generation: 3)
    let saving = Self.saving(mine, replacing: Self.pair("replaced", generation: 2), saved: saved)
    #expect(StoredPairDecision.decide(mine: mine, saving: saving, stored: stored) == expected)
  }

  /// The state of a process that could not save `mine`.
  private static func saving(_ mine: Token, replacing replaced: Token, saved: UInt64) -> SaveState {
    var saving = SaveState()
    saving.failed(PeerIDError(.store, "no connection"), mine, replacing: replaced.asGeneration(saved), now: 0)
    return saving
  }
}

extension StoredPairDecisionTests {
  private static func pair(_ name: String, of earlier: Token, _ generation: UInt64, user: Int64? = 1) -> Token {
    pair(name, user: user, generation: generation).renewing(earlier, atMilliseconds: 0, generation: generation)
  }

  private static let replaced = pair("replaced", generation: 3)
  private static let mine = pair("mine", of: replaced, 4)
  private static let theirs = pair("theirs", of: replaced, 4)
  private static let login = pair("login", generation: 6)

  /// Two processes refresh the same pair when the store loses a lock. Only the server knows which result it accepts.
  @Test(arguments: [
    (theirs, StoredPairDecision.renewRival),
    (pair("their next", of: theirs, 9), .renewRival),
    // The store has saved `mine`, although it reported an error, and another process has refreshed it.
    (pair("my next", of: mine, 5), .adopt),
    (pair("my last but one", of: pair("my next", of: mine, 5), 6), .renewRival),
    // From a login after the refresh.
    (login, .adopt),
    (pair("another user's", of: login, 7, user: 2), .anotherUser),
    (replaced, .renewNewer),
  ])
  func `of two results of the same pair, the session's own is refreshed`(stored: Token, expected: StoredPairDecision) {
    let saving = Self.saving(Self.mine, replacing: Self.replaced, saved: 3)
    #expect(StoredPairDecision.decide(mine: Self.mine, saving: saving, stored: stored) == expected)
  }

  /// A session gives its own pair a higher generation when it uses it again, because the server has refused the stored
  /// one.
  @Test(arguments: [(UInt64(4), StoredPairDecision.adopt), (5, .renewRival)])
  func `a saved pair is a rival only if its generation is higher than the stored one's`(
    generation: UInt64,
    expected: StoredPairDecision
  ) {
    var saving = SaveState()
    saving.settle(4)
    let mine = Self.mine.asGeneration(generation)
    #expect(StoredPairDecision.decide(mine: mine, saving: saving, stored: Self.theirs) == expected)
  }

  /// A login that stores it again, because the server never saved the session's pair, gives it a higher generation.
  @Test(arguments: [(UInt64(4), StoredPairDecision.renewNewer), (6, .adopt)])
  func `a stored pair that the session has already replaced is not treated as newer, unless it was stored again`(
    generation: UInt64,
    expected: StoredPairDecision
  ) {
    let stored = Self.pair("stored", generation: generation)
    let mine = Self.pair("mine", generation: 5).renewing(stored, atMilliseconds: 0, generation: 5)
    var saving = SaveState()
    saving.settle(3)
    #expect(StoredPairDecision.decide(mine: mine, saving: saving, stored: stored) == expected)
  }
}

@Suite struct LogInDecisionTests {
  private static let renewedAt: Int64 = 1_800_000_000_000

  private static func pair(_ name: String, user: Int64? = 1, replacing predecessor: Token? = nil) -> Token {
    Token(
      accessToken: Bytes("access" + name),
      refreshToken: Bytes("refresh" + name),
      scope: nil,
      expiresAtMilliseconds: nil,
      userID: user,
      renewal: predecessor.map { Token.Renewal(atMilliseconds: renewedAt, predecessor: $0.fingerprint) }
    )
  }

  private static let earlier = pair("earlier")
  private static let stored = pair("stored", replacing: earlier)

  /// How old the stored pair is.
  enum Age: CaseIterable {
    case new, young, old
  }

  private static let cases: [(obtained: Token, age: Age, isOver: Bool, expected: LogInDecision)] = [
    (stored, .new, false, .keepStored),
    (stored, .old, true, .keepStored),
    // The server has not saved the stored pair yet.
    (earlier, .new, false, .keepStored),
    (earlier, .young, false, .keepStored),
    // Too old: the server will not save the stored pair any more.
    (earlier, .old, false, .replace),
    (earlier, .new, true, .replace),
    // The server may still be saving the stored pair, after the pair of a concurrent refresh.
    (pair("rival"), .new, false, .askAgain),
    (pair("rival", user: nil), .new, false, .askAgain),
    (pair("rival"), .young, false, .replace),
    (pair("rival"), .old, false, .replace),
    (pair("rival"), .new, true, .replace),
    (pair("other user's", user: 2), .new, false, .replace),
  ]

  @Test(arguments: cases)
  func `the age of the stored pair decides whether a login replaces it`(
    obtained: Token,
    age: Age,
    isOver: Bool,
    expected: LogInDecision
  ) {
    let decision = LogInDecision.decide(
      obtained: obtained,
      stored: Self.stored,
      isNew: age == .new,
      mayBeUnsaved: age != .old,
      isOver: isOver
    )
    #expect(decision == expected)
  }

  // A time in the future is that of another process, while this one misjudges the server's time.
  @Test(arguments: [(0, true), (1999, true), (2000, false), (-60_000, true), (-60_001, false)])
  func `a pair is young for a time after its refresh`(age: Int64, expected: Bool) {
    #expect(Self.stored.isYounger(than: 2000, serverNow: Self.renewedAt + age) == expected)
    #expect(!Self.stored.isYounger(than: 2000, serverNow: nil))
    #expect(!Self.earlier.isYounger(than: 2000, serverNow: Self.renewedAt + age))
  }
}

@Suite struct ServerTimeTests {
  // A process may be stopped while its first request is answered. The age of a stored pair is that at the request.
  @Test func `the time of a request is known from a later answer`() {
    #expect(SessionEnvironment.serverTime(at: (1000, nil), current: (151_000, 950_000)) == 800_000)
    #expect(SessionEnvironment.serverTime(at: (1000, 800_020), current: (151_000, 950_000)) == 800_020)
    #expect(SessionEnvironment.serverTime(at: (1000, nil), current: (151_000, nil)) == nil)
  }
}

extension SessionStateMachine {
  fileprivate mutating func admit(now: Int64, serverNow: Int64?) -> Decision {
    decide(.token(isExternal: false), now: now, serverNow: serverNow)
  }

  fileprivate mutating func refused(_ generation: UInt64, _ attempts: Attempts, now: Int64) -> Decision {
    decide(.afterRefusal(generation: generation, attempts: attempts), now: now, serverNow: nil)
  }

  fileprivate mutating func refreshRequested(supersedes generation: UInt64, now: Int64) -> Decision {
    decide(.refresh(supersedes: generation), now: now, serverNow: nil)
  }
}
