import Testing

@testable import PeerID

/// What a failed refresh means for the token pair.
@Suite struct RefreshFailureTests {
  private static let failures: [(error: PeerIDError, means: String)] = [
    // PeerID answers 500 when the chain refuses to renew the authorities: the old pair stays valid.
    (PeerIDError(.server, .unknown, "", httpStatus: 500), "transient"),
    (PeerIDError(.server, .unknown, "", httpStatus: 503), "transient"),
    (PeerIDError(.rateLimited, .unknown, "", httpStatus: 503, retryAfterMilliseconds: 1), "transient"),
    // Any other status may come from a proxy that lost PeerID's answer.
    (PeerIDError(.server, .unknown, "", httpStatus: 501), "unknown"),
    (PeerIDError(.server, .unknown, "", httpStatus: 502), "unknown"),
    (PeerIDError(.server, .unknown, "", httpStatus: 504), "unknown"),
    (PeerIDError(.server, .unknown, "", httpStatus: 599), "unknown"),
    (PeerIDError(.protocol, .unknown, "", httpStatus: 200), "unknown"),
    (PeerIDError(.protocol, .unknown, "", httpStatus: 408), "unknown"),
    (PeerIDError(.connectionLost, .unknown, ""), "unknown"),
    (PeerIDError(.timeout, .unknown, ""), "unknown"),
    // Only PeerID's own error about the refresh token ends a session.
    (PeerIDError(.rejected, .notDone, "", httpStatus: 400, reason: .invalidRefreshToken), "refused"),
    (PeerIDError(.rejected, .notDone, "", httpStatus: 400), "transient"),
    (PeerIDError(.rejected, .notDone, "", httpStatus: 401), "transient"),
    (PeerIDError(.rateLimited, .notDone, "", httpStatus: 429), "transient"),
    (PeerIDError(.unreachable, .notSent, ""), "transient"),
    (PeerIDError(.timeout, .notSent, ""), "transient"),
    (PeerIDError(.configuration, .notSent, ""), "transient"),
  ]

  @Test(arguments: failures)
  func `after a failed refresh the pair is valid, used, or in doubt`(error: PeerIDError, means: String) {
    let found =
      switch RefreshFailure.result(of: error) {
      case .renewed, .adopted: "renewed"
      case .refused(let over): over.code == .loginRequired && over.isUsedRefreshToken ? "refused" : "another end"
      case .unsaved: "unsaved"
      case .transient: "transient"
      case .unknown: "unknown"
      }
    #expect(found == means)
  }
}
