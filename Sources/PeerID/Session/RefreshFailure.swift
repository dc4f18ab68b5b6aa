/// What a failed refresh means for the session's token pair (the access and the refresh token).
enum RefreshFailure {
  /// Whether the refresh token was used, is still valid, or may be either.
  static func result(of error: PeerIDError) -> SessionStateMachine.RefreshResult {
    switch error.outcome {
    case .unknown where error.httpStatus == 500 || error.httpStatus == 503:
      // When the chain refuses to renew the authorities, the server answers 500 and the old token pair stays valid.
      // After a proxy's 502 or 504 the server may have refreshed the token pair, and only its answer is lost.
      return .transient(error)
    case .unknown: return .unknown(error)
    case .notDone where error.reason == .invalidRefreshToken:
      return .refused(
        PeerIDError(
          .loginRequired,
          .notSent,
          "the session is over: the refresh token was used before or is unknown to the server. Log the user in again",
          httpStatus: error.httpStatus,
          detail: error.detailBytes,
          reason: error.reason
        )
      )
    case .notDone, .notSent: return .transient(error)
    }
  }
}
