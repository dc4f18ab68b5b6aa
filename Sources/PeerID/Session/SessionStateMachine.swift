/// What a session does, decided without doing it: when a token is used, when a refresh begins, who waits for it, and
/// what its result means. It is told the time and asks for actions; it performs none.
///
/// Times are milliseconds: `now` of the monotonic clock, `serverNow` of the server's, which is `nil` until the server
/// has answered once.
struct SessionStateMachine {
  /// What a call may do before it sends.
  enum Admission {
    /// Send with this token. The caller begins a refresh in the background if asked to.
    case use(Token, beginsRefresh: Bool)
    /// Wait for the refresh, after beginning one if asked to, and ask again.
    case wait(beginsRefresh: Bool)
    case fail(PeerIDError)
  }

  /// What a call does after the server refused its token (HTTP 401).
  enum Verdict {
    /// Send again after a pause, with the token that is then current.
    case resend(afterMilliseconds: Int64)
    /// Wait for the refresh, after beginning one if asked to, and ask again.
    case wait(beginsRefresh: Bool)
    /// The session's own failure explains the refusal.
    case fail(PeerIDError)
    /// Nothing here can help: hand on what the server said.
    case giveUp
  }

  /// How a refresh ended.
  enum RefreshResult {
    /// The server made a new pair, or another process did and this is it.
    case renewed(Token)
    /// The server will never take this refresh token again.
    case refused(PeerIDError)
    /// The pair is what it was: the server failed, or was not reached.
    case transient(PeerIDError)
    /// The request left and no answer came: the pair may have rotated.
    case unknown(PeerIDError)
  }

  /// How often one call has already sent.
  struct Attempts {
    /// 401 answers to a token that had just been made.
    var early = 0
    /// Refreshes that the call has waited for.
    var refreshes = 0
    /// 401 answers in all.
    var refusals = 0
  }

  /// The numbers that decisions depend on.
  struct Policy {
    /// From this long before the expiry a token is refreshed in the background.
    var refreshWindow: Int64 = 86_400_000
    /// From this long before the expiry callers wait for the refresh.
    var expiryMargin: Int64 = 60_000
    /// A refreshed token younger than this may be refused because the server has not saved it yet.
    var earlyRefusalAge: Int64 = 2000
    /// The first pauses after such a refusal; the last one repeats. The server was never more than 24 ms late.
    var earlyPauses: [Int64] = [25, 25, 50, 100, 200, 400]
    /// How many refreshes one call may wait for before the server's refusal is handed on.
    var maximumRefreshesPerCall = 2
    /// How many refusals one call may get in all.
    var maximumRefusalsPerCall = 16
    /// The wait after the first failed refresh; doubled with each further one.
    var firstBackoff: Int64 = 1000
    var maximumBackoff: Int64 = 60_000
    /// The wait before a refresh token is tried again whose first use had no answer.
    var probeDelay: Int64 = 5000
    /// Whether a refresh keeps others from beginning.
    var allowsOneRefresh = true
  }

  /// Why no refresh is possible at all; `nil` when one is.
  enum Renewal {
    case possible
    case impossible(PeerIDError)
  }

  private let policy: Policy
  private let renewal: Renewal
  private(set) var token: Token
  /// When the token came from a refresh; `nil` for one from a log in or from outside, which the server has saved.
  private var renewedAt: Int64?
  /// How long the token was to live when it came; `nil` while the server's time is unknown.
  private var lifetime: Int64?
  /// Until when the server may not know the pair yet, so that it may refuse the refresh token too.
  private(set) var mayBeUnsavedUntil: Int64 = .min
  private(set) var isRefreshing = false
  private var failures = 0
  private var notBefore: Int64 = .min
  private var lastFailure: PeerIDError?
  private(set) var isOver: PeerIDError?

  init(token: Token, renewal: Renewal, policy: Policy, serverNow: Int64?) {
    self.token = token
    self.renewal = renewal
    self.policy = policy
    lifetime = Self.lifetime(of: token, serverNow: serverNow)
  }

  // MARK: - Decisions

  /// A call wants to send.
  mutating func admit(now: Int64, serverNow: Int64?) -> Admission {
    if let isOver { return .fail(isOver) }
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

  /// The server refused the token of this generation.
  mutating func refused(generation: UInt64, attempts: inout Attempts, now: Int64) -> Verdict {
    attempts.refusals += 1
    if attempts.refusals > policy.maximumRefusalsPerCall { return .giveUp }
    if token.generation != generation { return .resend(afterMilliseconds: 0) }
    if let isOver { return .fail(isOver) }
    if let renewedAt, now - renewedAt < policy.earlyRefusalAge {
      let pause = policy.earlyPauses[min(attempts.early, policy.earlyPauses.count - 1)]
      attempts.early += 1
      return .resend(afterMilliseconds: pause)
    }
    if attempts.refreshes >= policy.maximumRefreshesPerCall { return .giveUp }
    if isRefreshing, policy.allowsOneRefresh {
      attempts.refreshes += 1
      return .wait(beginsRefresh: false)
    }
    if beginRefreshIfPossible(now: now) {
      attempts.refreshes += 1
      return .wait(beginsRefresh: true)
    }
    return .fail(refreshImpediment(now: now))
  }

  /// The attempts of a caller who keeps no count: as many early refusals as have had time since the token came.
  func uncountedAttempts(now: Int64) -> Attempts {
    var attempts = Attempts()
    guard let renewedAt else { return attempts }
    var age = now - renewedAt
    while attempts.early < policy.earlyPauses.count, age >= policy.earlyPauses[attempts.early] {
      age -= policy.earlyPauses[attempts.early]
      attempts.early += 1
    }
    return attempts
  }

  /// Somebody asks for a refresh whatever the token's age. Returns `.use` when none can begin because one has just
  /// ended with a newer generation than `generation`.
  mutating func refreshRequested(supersedes generation: UInt64, now: Int64) -> Admission {
    if let isOver { return .fail(isOver) }
    if token.generation != generation { return .use(token, beginsRefresh: false) }
    if isRefreshing { return .wait(beginsRefresh: false) }
    if beginRefreshIfPossible(now: now) { return .wait(beginsRefresh: true) }
    return .fail(refreshImpediment(now: now))
  }

  // MARK: - Events

  /// The refresh that was begun has ended. `jitter` is a random number from 0 to 1.
  mutating func refreshEnded(_ result: RefreshResult, now: Int64, serverNow: Int64?, jitter: Double) {
    isRefreshing = false
    switch result {
    case .renewed(let renewed):
      // A refresh never begins on a session that is over: the user was logged out meanwhile.
      let over = isOver
      replace(with: renewed, now: now, serverNow: serverNow)
      isOver = over
    case .refused(let error):
      isOver = error
    case .transient(let error):
      failures += 1
      lastFailure = error
      let wait = max(error.retryAfterMilliseconds, backoff(jitter: jitter))
      notBefore = now + wait
    case .unknown(let error):
      failures += 1
      lastFailure = error
      notBefore = now + max(policy.probeDelay, failures > 1 ? backoff(jitter: jitter) : 0)
    }
  }

  /// A newer pair has come from elsewhere.
  mutating func replace(with newer: Token, now: Int64, serverNow: Int64?) {
    token = newer
    renewedAt = now
    mayBeUnsavedUntil = now + policy.earlyRefusalAge
    lifetime = Self.lifetime(of: newer, serverNow: serverNow)
    failures = 0
    notBefore = .min
    lastFailure = nil
    isOver = nil
  }

  /// The pair came from a store at `now`; another process may have made it a moment ago.
  mutating func wasOpened(now: Int64) {
    mayBeUnsavedUntil = now + policy.earlyRefusalAge
  }

  /// The session has ended for good.
  mutating func end(_ error: PeerIDError) {
    isOver = error
  }

  /// The process is the child of a fork: the thread that was refreshing does not exist here.
  mutating func enterChild() {
    isRefreshing = false
  }

  // MARK: - Parts of decisions

  private mutating func beginRefreshIfPossible(now: Int64) -> Bool {
    guard case .possible = renewal, !isRefreshing || !policy.allowsOneRefresh, now >= notBefore else { return false }
    isRefreshing = true
    return true
  }

  /// Why no refresh begins, told of a call that therefore sends nothing.
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

  private func backoff(jitter: Double) -> Int64 {
    let doubled = policy.firstBackoff << Int64(min(max(failures - 1, 0), 10))
    let capped = min(doubled, policy.maximumBackoff)
    return capped / 2 + Int64(Double(capped / 2) * min(max(jitter, 0), 1))
  }

  private static func lifetime(of token: Token, serverNow: Int64?) -> Int64? {
    guard let expiry = token.expiresAtMilliseconds, let serverNow else { return nil }
    return max(expiry - serverNow, 0)
  }
}

extension SessionStateMachine.RefreshResult {
  /// Why the refresh failed; `nil` when it did not.
  var failure: PeerIDError? {
    switch self {
    case .renewed: nil
    case .refused(let error), .transient(let error), .unknown(let error): error
    }
  }
}

extension SessionStateMachine.Admission {
  /// Whether the caller has to carry out a refresh.
  var beginsRefresh: Bool {
    switch self {
    case .use(_, let begins), .wait(let begins): begins
    case .fail: false
    }
  }
}

extension SessionStateMachine.Verdict {
  /// Whether the caller has to carry out a refresh.
  var beginsRefresh: Bool {
    if case .wait(let begins) = self { begins } else { false }
  }
}
