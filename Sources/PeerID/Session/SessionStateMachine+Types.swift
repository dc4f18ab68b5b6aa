// The questions to the state machine, its decisions, and what they depend on.

extension SessionStateMachine {
  /// What a call asks its session for.
  enum Question {
    /// A token for a request. An external token is for a request that the application sends itself.
    case token(isExternal: Bool)
    /// The current token if it has not expired by the server's clock; otherwise the same as `token`.
    case unexpiredToken
    /// What to do after the server refused the token of this generation (HTTP 401). `attempts` is `nil` if the caller
    /// does not count them.
    case afterRefusal(generation: UInt64, attempts: Attempts?)
    /// A refresh of the pair of this generation, even if it has not expired.
    case refresh(supersedes: UInt64)
  }

  /// What the call does next.
  enum Decision {
    /// Use this token. If `beginsRefresh` is set, the caller also begins a refresh in the background.
    case use(Token, beginsRefresh: Bool)
    /// Wait for the refresh, then ask again. If `beginsRefresh` is set, the caller begins it.
    case wait(beginsRefresh: Bool)
    /// Pause, ask for a token again, and resend the request.
    case resend(afterMilliseconds: Int64)
    case fail(PeerIDError)
    /// Return the server's answer to the caller.
    case giveUp
  }

  /// How a refresh ended.
  enum RefreshResult {
    /// The server has just made a new pair.
    case renewed(Token)
    /// The pair comes from the store, from another session of the user, or from a login.
    case adopted(Token)
    /// The server will never accept this refresh token again.
    case refused(PeerIDError)
    /// The server refused the refresh token, and a login has shown that the server has not saved the pair yet.
    case unsaved
    /// The pair is unchanged: the server failed or was not reached.
    case transient(PeerIDError)
    /// The request was sent but no answer came: the pair may have been rotated.
    case unknown(PeerIDError)

    var isRefusal: Bool { if case .refused = self { true } else { false } }
  }

  /// How many times one call has tried to recover from HTTP 401.
  struct Attempts {
    /// Pauses before the call resent its request with a token that the server may not have saved yet.
    var early = 0
    /// Refreshes that the call has waited for.
    var refreshes = 0
  }

  /// The limits and pauses that decisions depend on. Times are in milliseconds.
  struct Policy {
    /// How long before its expiry a token is refreshed in the background.
    var refreshWindow: Int64 = 86_400_000
    /// How long before the expiry calls start to wait for the refresh.
    var expiryMargin: Int64 = 60_000
    /// For how long after a refresh HTTP 401 may mean that the server has not saved the new token yet.
    var earlyRefusalAge: Int64 = 2000
    /// For how long after a refresh that is stored a login may return another pair, because the server has not saved
    /// the stored one yet. The age is an estimate from dates in whole seconds, which may be up to two seconds too high.
    var storedRefusalAge: Int64 = 4000
    /// The pauses after HTTP 401 to a token that the server may not have saved yet; the last one repeats.
    var earlyPauses: [Int64] = [25, 25, 50, 100, 200, 400, 400, 400, 400, 500, 750, 1000, 1500, 2000, 3000]
    /// For how long after a refresh the new pair is kept although the server refuses both its tokens: the server may
    /// not have saved the pair yet. This applies only while the server has accepted neither token.
    var doubtPeriod: Int64 = 600_000
    /// The same, for a pair that another process has refreshed.
    var foreignDoubtPeriod: Int64 = 10_000
    /// How many refreshes one call may wait for before it returns the server's refusal.
    var maximumRefreshesPerCall = 2
    /// The wait after the first failed refresh; it doubles with each further failure.
    var firstBackoff: Int64 = 1000
    var maximumBackoff: Int64 = 60_000
    /// The minimum time between two reads of the store by a session that is over.
    var lookInterval: Int64 = 1000
    /// The wait before a refresh token is sent again after a refresh without an answer.
    var probeDelay: Int64 = 5000
  }

  /// Whether a refresh is possible at all.
  enum Renewal {
    case possible
    case impossible(PeerIDError)
  }
}
