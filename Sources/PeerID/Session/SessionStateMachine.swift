/// Makes a session's decisions, without I/O: when to use the token, when to refresh, which calls wait for the refresh,
/// and what its result means for the token pair (access and refresh token).
///
/// Times are in milliseconds. `now` is the monotonic clock; `serverNow` is the server's, `nil` until the server has
/// answered once.
struct SessionStateMachine {
  /// How many replaced pairs are remembered. A process replaces far fewer while one login is in flight.
  private static let rememberedPairs = 7

  private let policy: Policy
  private let renewal: Renewal
  /// Whether the session is stored, so that another process may save a pair for it.
  private let isStored: Bool
  private(set) var token: Token
  /// The fingerprints of the pairs that refreshes of this process have replaced, the latest last.
  private var replacedPairs: [UInt64] = []
  /// When a refresh of this process returned the token; `nil` for other tokens.
  private var renewedAt: Int64?
  /// Whether the server has accepted the token in this process.
  private(set) var isAccepted = false
  /// Whether the server has refused both tokens of a pair that it has just issued.
  private(set) var isInDoubt = false
  /// The token's time to live when the session got it; `nil` if the server's time was unknown then.
  private var lifetime: Int64?
  private(set) var isRefreshing = false
  /// When the running refresh began. The process may be stopped between the server's answer and its evaluation.
  private var refreshBegan: Int64?
  /// Whether the server accepted the token for the first time after the refresh began. If that refresh is refused, the
  /// refusal may be older than the acceptance, and then proves nothing.
  private var isAcceptedSinceRefreshBegan = false
  private var failures = 0
  private var notBefore: Int64 = .min
  private var lastFailure: PeerIDError?
  /// Whether a refresh of this pair got no answer.
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

  /// Decides what a call does next.
  mutating func decide(_ question: Question, now: Int64, serverNow: Int64?) -> Decision {
    let decision = decision(question, now: now, serverNow: serverNow)
    if decision.beginsRefresh { refreshBegan = now }
    return decision
  }

  private mutating func decision(_ question: Question, now: Int64, serverNow: Int64?) -> Decision {
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

  /// Lets a call of a session that is over read the store again, since another process may have saved a new pair. The
  /// session reads the store in a refresh that sends nothing.
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
    // A refresh is not possible now, but the token has not expired.
    if remaining > 0 { return .use(token, beginsRefresh: false) }
    return .fail(refreshImpediment(now: now))
  }

  private mutating func refused(_ generation: UInt64, _ attempts: Attempts, now: Int64, serverNow: Int64?) -> Decision {
    if token.generation != generation { return .resend(afterMilliseconds: 0) }
    let pause = policy.earlyPauses[min(attempts.early, policy.earlyPauses.count - 1)]
    // Resend even if the server has accepted the token in another call: this refusal may be older.
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

  /// The attempts to assume for a caller that does not count its own: it has made as many pauses as fit into the time
  /// since the token was refreshed.
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

  /// Whether the server may refuse the running refresh only because it has not saved the pair yet. (The server answers
  /// a refresh before it saves the new pair.) That is possible if the pair is younger than `age` and the server had not
  /// accepted it before the running refresh began.
  func mayBeUnsaved(for age: Int64, now: Int64, serverNow: Int64?) -> Bool {
    (!isAccepted || isAcceptedSinceRefreshBegan) && isYounger(than: age, now: now, serverNow: serverNow)
  }

  private func isYounger(than age: Int64, now: Int64, serverNow: Int64?) -> Bool {
    if let renewedAt { return now - renewedAt < age }
    return token.isYounger(than: min(age, policy.foreignDoubtPeriod), serverNow: serverNow)
  }

  // MARK: - Events

  /// Records that the server has accepted the token of this generation.
  mutating func accepted(_ generation: UInt64) {
    guard token.generation == generation else { return }
    if !isAccepted { isAcceptedSinceRefreshBegan = true }
    isAccepted = true
    isInDoubt = false
  }

  /// Ends the running refresh. `jitter` is a random number from 0 to 1.
  ///
  /// - Returns: the error for the calls that wait for the refresh; `nil` if the refresh succeeded.
  mutating func refreshEnded(_ result: RefreshResult, now: Int64, serverNow: Int64?, jitter: Double) -> PeerIDError? {
    isRefreshing = false
    defer { refreshBegan = nil }
    switch result {
    case .renewed(let newer), .adopted(let newer):
      // A session that was logged out or replaced meanwhile stays over.
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
      guard error.isUsedRefreshToken, isInDoubtOfRefusal(now: now, serverNow: serverNow) else { return end(error) }
      return doubted(error, until: now + backoffAfterFailure(jitter: jitter))
    case .unsaved: return doubted(nil, until: now + backoffAfterFailure(jitter: jitter))
    case .transient(let error):
      let wait = max(error.retryAfterMilliseconds, backoffAfterFailure(jitter: jitter))
      return failed(error, until: now + wait)
    case .unknown(let error):
      mayHaveRotated = true
      let backoff = backoffAfterFailure(jitter: jitter)
      return failed(error, until: now + max(policy.probeDelay, failures > 1 ? backoff : 0))
    }
  }

  /// Whether the server may have refused the refresh token only because it had not saved the pair yet. Then the server
  /// may accept the pair now or later. But if an earlier refresh of the pair got no answer, the refusal means that the
  /// earlier refresh was carried out, unless the pair was already in doubt.
  func isInDoubtOfRefusal(now: Int64, serverNow: Int64?) -> Bool {
    let began = refreshBegan ?? now
    // The server's time may have been unknown then.
    let serverBegan = serverNow.map { $0 - (now - began) }
    return isAcceptedSinceRefreshBegan
      || (isInDoubt || !mayHaveRotated) && mayBeUnsaved(for: policy.doubtPeriod, now: began, serverNow: serverBegan)
  }

  /// Whether `other` is older than the current pair. A login returns an older pair until the server has saved the
  /// current one. If the server failed before it saved the current pair, it never accepts that pair, and the older one
  /// has to be used.
  func isEarlier(_ other: Token, now: Int64, serverNow: Int64?) -> Bool {
    guard other.isPredecessor(of: token) || replacedPairs.contains(other.fingerprint) else { return false }
    return isAccepted || isYounger(than: policy.foreignDoubtPeriod, now: now, serverNow: serverNow)
  }

  /// Whether the pair of a login replaces the current one, after a refresh that the server refused (`isRefused`) or
  /// did not answer. An older pair replaces it only if the refusal is final: then the server has lost the current pair,
  /// for example by restoring a backup.
  func isReplaced(byLogIn other: Token, isRefused: Bool, now: Int64, serverNow: Int64?) -> Bool {
    !isEarlier(other, now: now, serverNow: serverNow)
      || isRefused && !isInDoubtOfRefusal(now: now, serverNow: serverNow)
  }

  /// Replaces the current pair. The identity is kept if both are of the same user: part of it may have been learned
  /// since the new pair was requested.
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

  /// Adds parts of the user's identity. The pair stays the same: it becomes neither newer nor older.
  mutating func learn(_ identity: Token.Identity) {
    token = token.identified { $0 = identity.filled(from: $0) }
  }

  /// Adds parts of the user's identity from another pair of the same user. Known parts stay.
  mutating func learn(of offered: Token) {
    guard offered.isOfSameUser(as: token) else { return }
    token = token.identified { $0 = $0.filled(from: offered.identity) }
  }

  /// Ends the session; `error` says why.
  @discardableResult
  mutating func end(_ error: PeerIDError) -> PeerIDError {
    isOver = error
    return error
  }

  /// Called in the child of a fork, in which the refreshing thread does not exist.
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

  /// Records that the server refuses both tokens of a new pair, which it may not have saved yet.
  private mutating func doubted(_ refusal: PeerIDError?, until notBefore: Int64) -> PeerIDError {
    isInDoubt = !isAccepted
    let error = PeerIDError(
      .server,
      .notDone,
      "the server does not yet accept the tokens that it has just issued; the refresh is retried",
      httpStatus: refusal?.httpStatus ?? 0,
      isRetryable: true,
      detail: refusal?.detailBytes
    )
    return failed(error, until: notBefore)
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

  /// The error for a call that sends nothing because no refresh can begin now.
  private func refreshImpediment(now: Int64) -> PeerIDError {
    if case .impossible(let error) = renewal { return error }
    guard let lastFailure else { return PeerIDError(.internal, "a refresh could not begin for an unknown reason") }
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
  /// Whether the caller has to begin a refresh.
  var beginsRefresh: Bool {
    switch self {
    case .use(_, let begins), .wait(let begins): begins
    case .resend, .fail, .giveUp: false
    }
  }
}

extension PeerIDError {
  /// Whether a session is over because the server refused its refresh token, not because it was logged out or replaced.
  var isUsedRefreshToken: Bool { code == .loginRequired && httpStatus == 400 }
}
