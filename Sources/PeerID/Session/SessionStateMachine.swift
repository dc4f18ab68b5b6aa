/// What a session does, decided without doing it: when a token is used, when a refresh begins, who waits for it, and
/// what its result means.
///
/// Times are milliseconds: `now` of the monotonic clock, `serverNow` of the server's, which is `nil` until the server
/// has answered once.
struct SessionStateMachine {
  /// What a call asks.
  enum Question {
    /// A token to send with. An external token goes into a request that the application sends itself.
    case token(isExternal: Bool)
    /// The same, unless the token has not expired by the server's clock.
    case unexpiredToken
    /// The server refused the token of this generation (HTTP 401); `nil` when the caller does not count its attempts.
    case afterRefusal(generation: UInt64, attempts: Attempts?)
    /// A refresh of the pair of this generation, whatever its age.
    case refresh(supersedes: UInt64)
  }

  /// What the call does then.
  enum Decision {
    /// Go on with this token. The caller begins a refresh in the background if told to.
    case use(Token, beginsRefresh: Bool)
    /// Wait for the refresh, after beginning one if told to, and ask again.
    case wait(beginsRefresh: Bool)
    /// Ask for a token again after a pause, and send again.
    case resend(afterMilliseconds: Int64)
    case fail(PeerIDError)
    /// Hand on what the server said.
    case giveUp
  }

  /// How a refresh ended.
  enum RefreshResult {
    /// The server has just made a new pair.
    case renewed(Token)
    /// The pair comes from elsewhere: the store, another session of the user, a log in.
    case adopted(Token)
    /// The server will never accept this refresh token again.
    case refused(PeerIDError)
    /// The pair is what it was: the server failed, or was not reached.
    case transient(PeerIDError)
    /// The request left and no answer came: the pair may have been rotated.
    case unknown(PeerIDError)

    var isRefusal: Bool { if case .refused = self { true } else { false } }
  }

  /// What one call has tried to recover from HTTP 401.
  struct Attempts {
    /// Pauses before sending again with a token that the server may not have saved yet.
    var early = 0
    /// Refreshes that the call has waited for.
    var refreshes = 0
  }

  /// The numbers that decisions depend on, in milliseconds.
  struct Policy {
    /// From this long before the expiry a token is refreshed in the background.
    var refreshWindow: Int64 = 86_400_000
    /// From this long before the expiry calls wait for the refresh.
    var expiryMargin: Int64 = 60_000
    /// A refreshed token that was never accepted may be refused for this long because the server has not saved it yet.
    var earlyRefusalAge: Int64 = 2000
    /// The pauses after such refusals; the last one repeats.
    var earlyPauses: [Int64] = [25, 25, 50, 100, 200, 400, 400, 400, 400, 500, 750, 1000, 1500, 2000, 3000]
    /// For this long a refreshed pair that was never accepted is in doubt, not over, when both its tokens are refused.
    var doubtPeriod: Int64 = 600_000
    /// The same for a pair that another process has refreshed.
    var foreignDoubtPeriod: Int64 = 10_000
    /// How many refreshes one call may wait for before the server's refusal is handed on.
    var maximumRefreshesPerCall = 2
    /// The wait after the first failed refresh; doubled with each further one.
    var firstBackoff: Int64 = 1000
    var maximumBackoff: Int64 = 60_000
    /// How often a session that is over reads the store at most.
    var lookInterval: Int64 = 1000
    /// The wait before a refresh token is tried again whose first use had no answer.
    var probeDelay: Int64 = 5000
  }

  /// Whether a refresh is possible at all.
  enum Renewal {
    case possible
    case impossible(PeerIDError)
  }

  /// Far more than a process replaces during one log in.
  private static let rememberedPairs = 7

  private let policy: Policy
  private let renewal: Renewal
  /// Whether the session is stored, so that another process may save a pair for it.
  private let isStored: Bool
  private(set) var token: Token
  /// The pairs that refreshes of this process have replaced, by their fingerprints; the latest last.
  private var replacedPairs: [UInt64] = []
  /// When the token came from a refresh of this process; `nil` for others.
  private var renewedAt: Int64?
  /// Whether the server has accepted the token in this process.
  private(set) var isAccepted = false
  /// Whether both tokens of a pair were refused that the server has just made.
  private(set) var isInDoubt = false
  /// How long the token was to live when it came; `nil` while the server's time is unknown.
  private var lifetime: Int64?
  private(set) var isRefreshing = false
  /// Whether the server has accepted the token only after the refresh began: a refusal of the refresh may be older.
  private(set) var isAcceptedSinceRefreshBegan = false
  private var failures = 0
  private var notBefore: Int64 = .min
  private var lastFailure: PeerIDError?
  /// Whether a refresh of this pair had no answer.
  private var mayHaveRotated = false
  private(set) var isOver: PeerIDError?
  /// When a session that is over may read the store again.
  private var nextLook = Int64.min

  init(token: Token, renewal: Renewal, isStored: Bool = false, policy: Policy, serverNow: Int64?) {
    self.token = token
    self.renewal = renewal
    self.isStored = isStored
    self.policy = policy
    lifetime = Self.lifetime(of: token, serverNow: serverNow)
  }

  // MARK: - Decisions

  /// Decides what a call does that asks `question`.
  mutating func decide(_ question: Question, now: Int64, serverNow: Int64?) -> Decision {
    if let isOver { return lookAgain(isOver, now: now) }
    switch question {
    case .token: return admit(now: now, serverNow: serverNow)
    case .unexpiredToken:
      guard let expiry = token.expiresAtMilliseconds, let serverNow, expiry <= serverNow else {
        return .use(token, beginsRefresh: false)
      }
      return admit(now: now, serverNow: serverNow)
    case .afterRefusal(let generation, let attempts):
      return refused(generation, attempts ?? uncountedAttempts(now: now), now: now, serverNow: serverNow)
    case .refresh(let generation): return refreshRequested(supersedes: generation, now: now)
    }
  }

  /// Another process may save its pair after this session was found to be over. So a call that needs a pair reads the
  /// store first, by way of a refresh that sends nothing.
  private mutating func lookAgain(_ isOver: PeerIDError, now: Int64) -> Decision {
    guard isStored, isOver.isUsedRefreshToken else { return .fail(isOver) }
    if isRefreshing { return .wait(beginsRefresh: false) }
    guard now >= nextLook else { return .fail(isOver) }
    nextLook = now + policy.lookInterval
    isRefreshing = true
    return .wait(beginsRefresh: true)
  }

  private mutating func admit(now: Int64, serverNow: Int64?) -> Decision {
    guard let expiry = token.expiresAtMilliseconds, let serverNow else {
      return .use(token, beginsRefresh: false)
    }
    let remaining = expiry - serverNow
    if remaining > window(policy.refreshWindow, atMostLifetimeDividedBy: 2) {
      return .use(token, beginsRefresh: false)
    }
    if remaining > window(policy.expiryMargin, atMostLifetimeDividedBy: 4) {
      return .use(token, beginsRefresh: beginRefreshIfPossible(now: now))
    }
    if isRefreshing { return .wait(beginsRefresh: false) }
    if beginRefreshIfPossible(now: now) { return .wait(beginsRefresh: true) }
    // No refresh now, but the token still has some seconds.
    if remaining > 0 { return .use(token, beginsRefresh: false) }
    return .fail(refreshImpediment(now: now))
  }

  private mutating func refused(_ generation: UInt64, _ attempts: Attempts, now: Int64, serverNow: Int64?) -> Decision {
    if token.generation != generation { return .resend(afterMilliseconds: 0) }
    let pause = policy.earlyPauses[min(attempts.early, policy.earlyPauses.count - 1)]
    // Others may have been accepted meanwhile: this answer may be older.
    if isYounger(than: policy.earlyRefusalAge, now: now, serverNow: serverNow) {
      return .resend(afterMilliseconds: pause)
    }
    if isRefreshing {
      return attempts.refreshes < policy.maximumRefreshesPerCall ? .wait(beginsRefresh: false) : .giveUp
    }
    let mayRefresh = attempts.refreshes < policy.maximumRefreshesPerCall
    if isInDoubt, !mayRefresh || now < notBefore { return .resend(afterMilliseconds: pause) }
    if !mayRefresh { return .giveUp }
    if beginRefreshIfPossible(now: now) { return .wait(beginsRefresh: true) }
    return .fail(refreshImpediment(now: now))
  }

  /// The attempts of a caller that does not count them: as many early refusals as have had time since the token came.
  private func uncountedAttempts(now: Int64) -> Attempts {
    var attempts = Attempts()
    guard let renewedAt else { return attempts }
    var age = now - renewedAt
    while attempts.early < policy.earlyPauses.count, age >= policy.earlyPauses[attempts.early] {
      age -= policy.earlyPauses[attempts.early]
      attempts.early += 1
    }
    return attempts
  }

  private mutating func refreshRequested(supersedes generation: UInt64, now: Int64) -> Decision {
    if token.generation != generation { return .use(token, beginsRefresh: false) }
    if isRefreshing { return .wait(beginsRefresh: false) }
    if beginRefreshIfPossible(now: now) { return .wait(beginsRefresh: true) }
    return .fail(refreshImpediment(now: now))
  }

  /// Whether the pair is younger than `age` and was never accepted, so that the server may not have saved it yet: it
  /// answers a refresh before it does.
  func mayBeUnsaved(for age: Int64, now: Int64, serverNow: Int64?) -> Bool {
    !isAccepted && isYounger(than: age, now: now, serverNow: serverNow)
  }

  private func isYounger(than age: Int64, now: Int64, serverNow: Int64?) -> Bool {
    if let renewedAt { return now - renewedAt < age }
    return token.isYounger(than: min(age, policy.foreignDoubtPeriod), serverNow: serverNow)
  }

  // MARK: - Events

  /// The server has accepted the token of this generation.
  mutating func accepted(_ generation: UInt64) {
    guard token.generation == generation else { return }
    if !isAccepted { isAcceptedSinceRefreshBegan = true }
    isAccepted = true
    isInDoubt = false
  }

  /// The refresh that was begun has ended. `jitter` is a random number from 0 to 1.
  ///
  /// - Returns: what those are told who wait for it; `nil` when it succeeded.
  mutating func refreshEnded(_ result: RefreshResult, now: Int64, serverNow: Int64?, jitter: Double) -> PeerIDError? {
    isRefreshing = false
    switch result {
    case .renewed(let newer), .adopted(let newer):
      // The user may have been logged out meanwhile.
      let over = isOver?.isUsedRefreshToken == true ? nil : isOver
      if case .renewed = result { replacedPairs = replacedPairs.suffix(Self.rememberedPairs) + [token.fingerprint] }
      let mine = token
      replace(with: newer, now: now, serverNow: serverNow)
      if case .renewed = result {
        learn(mine.identity)
        renewedAt = now
      }
      isOver = over
      return nil
    case .refused(let error):
      if let isOver { return isOver.isUsedRefreshToken ? end(error) : isOver }
      guard error.isUsedRefreshToken, isAcceptedSinceRefreshBegan || isInDoubtOfRefusal(now: now, serverNow: serverNow)
      else { return end(error) }
      isInDoubt = !isAccepted
      return failed(Self.doubt(error), until: now + backoffAfterFailure(jitter: jitter))
    case .transient(let error):
      let wait = max(error.retryAfterMilliseconds, backoffAfterFailure(jitter: jitter))
      return failed(error, until: now + wait)
    case .unknown(let error):
      mayHaveRotated = true
      let backoff = backoffAfterFailure(jitter: jitter)
      return failed(error, until: now + max(policy.probeDelay, failures > 1 ? backoff : 0))
    }
  }

  /// Whether the server may refuse the refresh token because it has not saved the pair yet. After a refresh without an
  /// answer the refusal tells that it was done, unless the pair was in doubt before.
  private func isInDoubtOfRefusal(now: Int64, serverNow: Int64?) -> Bool {
    (isInDoubt || !mayHaveRotated) && mayBeUnsaved(for: policy.doubtPeriod, now: now, serverNow: serverNow)
  }

  /// Whether `other` came before the present pair: a log in may bring it, since the server has not saved the present one
  /// yet, or had not when it made the answer.
  func isEarlier(_ other: Token) -> Bool {
    other.isPredecessor(of: token) || replacedPairs.contains(other.fingerprint)
  }

  /// Another pair replaces the present one. What is known of the user stays, if it is the same one: it may have been
  /// learned since the other pair was asked for.
  mutating func replace(with newer: Token, now: Int64, serverNow: Int64?) {
    token = newer.isOfSameUser(as: token) ? newer.identified { $0 = token.identity.filled(from: $0) } : newer
    renewedAt = nil
    isAccepted = false
    isAcceptedSinceRefreshBegan = false
    isInDoubt = false
    mayHaveRotated = false
    lifetime = Self.lifetime(of: newer, serverNow: serverNow)
    failures = 0
    notBefore = .min
    lastFailure = nil
    isOver = nil
  }

  /// Something is known of the user. That says nothing about the pair: it becomes neither newer nor older.
  mutating func learn(_ identity: Token.Identity) {
    token = token.identified { $0 = identity.filled(from: $0) }
  }

  /// The same, from a pair that came from elsewhere; it may be another user's, and does not replace what is known.
  mutating func learn(of offered: Token) {
    guard isEarlier(offered) || offered.isOfSameUser(as: token) else { return }
    token = token.identified { $0 = $0.filled(from: offered.identity) }
  }

  /// The session has ended, for this reason.
  @discardableResult
  mutating func end(_ error: PeerIDError) -> PeerIDError {
    isOver = error
    return error
  }

  /// The process is the child of a fork: the thread that was refreshing does not exist here.
  mutating func enterChild() {
    isRefreshing = false
  }

  // MARK: - Parts of decisions

  private mutating func beginRefreshIfPossible(now: Int64) -> Bool {
    guard case .possible = renewal, !isRefreshing, now >= notBefore else { return false }
    isRefreshing = true
    isAcceptedSinceRefreshBegan = false
    return true
  }

  private mutating func failed(_ error: PeerIDError, until notBefore: Int64) -> PeerIDError {
    lastFailure = error
    self.notBefore = notBefore
    return error
  }

  private mutating func backoffAfterFailure(jitter: Double) -> Int64 {
    failures += 1
    let doubled = policy.firstBackoff << Int64(min(failures - 1, 10))
    let capped = min(doubled, policy.maximumBackoff)
    return capped / 2 + Int64(Double(capped / 2) * min(max(jitter, 0), 1))
  }

  /// Both tokens of a pair are refused that the server has made and may not have saved.
  private static func doubt(_ error: PeerIDError) -> PeerIDError {
    PeerIDError(
      .server,
      .notSent,
      "the server does not accept the tokens yet that it has just made; the refresh is tried again",
      httpStatus: error.httpStatus,
      isRetryable: true,
      detail: error.detailBytes
    )
  }

  /// Why no refresh begins, for a call that therefore sends nothing.
  private func refreshImpediment(now: Int64) -> PeerIDError {
    if case .impossible(let error) = renewal { return error }
    guard let lastFailure else { return PeerIDError(.internal, "a refresh could not begin, for no known reason") }
    let wait = max(notBefore - now, 0)
    return PeerIDError(
      lastFailure.code == .connectionLost ? .unreachable : lastFailure.code,
      .notSent,
      "the token has to be refreshed first, and the last refresh failed; the next try is in \(wait) ms: "
        + lastFailure.explanation,
      httpStatus: lastFailure.httpStatus,
      isRetryable: true,
      retryAfterMilliseconds: wait,
      detail: lastFailure.detailBytes
    )
  }

  private func window(_ width: Int64, atMostLifetimeDividedBy divisor: Int64) -> Int64 {
    guard let lifetime else { return width }
    return min(width, max(lifetime, 0) / divisor)
  }

  private static func lifetime(of token: Token, serverNow: Int64?) -> Int64? {
    guard let expiry = token.expiresAtMilliseconds, let serverNow else { return nil }
    return max(expiry - serverNow, 0)
  }
}

extension SessionStateMachine.Decision {
  /// Whether the caller has to carry out a refresh.
  var beginsRefresh: Bool {
    switch self {
    case .use(_, let begins), .wait(let begins): begins
    case .resend, .fail, .giveUp: false
    }
  }
}

extension PeerIDError {
  /// Whether a session is over because the server refuses its refresh token, and not because somebody ended it.
  var isUsedRefreshToken: Bool { code == .loginRequired && httpStatus == 400 }
}
