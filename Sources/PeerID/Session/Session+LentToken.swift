extension Session {
  /// A token for a request that the library does not make: one that has not expired, refreshed if it has to be.
  ///
  /// Send the request with it. If the server answers HTTP 401, ask again with the generation of the token that was
  /// refused, and send the request once more if it can be sent twice: after 401 nothing was done. Give up after a few
  /// rounds.
  ///
  /// - Parameter generation: of the token that the server has refused; 0 when it has refused none. The session then
  ///   gives another one, or the same after a pause when it is so new that the server may not know it yet.
  /// - Returns: a token.
  /// - Throws: `loginRequired` when the session is over; `configuration` without a client secret; the errors of a
  ///   refresh. Their outcome is `notDone` or `notSent`: a request that carried the refused token was not done.
  public func freshToken(refused generation: UInt64 = 0) throws(PeerIDError) -> Token {
    try core.checkOpen()
    let context = core.callContext()
    if generation != 0 {
      var attempts = uncountedAttempts()
      try recover(from: Self.lentTokenRefused, generation: generation, &attempts, context)
    }
    return try admit(context, isLent: true).0
  }

  func uncountedAttempts() -> SessionStateMachine.Attempts {
    let now = core.clock.monotonicMilliseconds()
    return withState { $0.uncountedAttempts(now: now) }
  }

  /// What a lent token failed with when refreshing does not help.
  static let lentTokenRefused = PeerIDError(
    .rejected,
    .notDone,
    "the server refuses the session's token (HTTP 401), and a new one as well",
    httpStatus: 401
  )
}
