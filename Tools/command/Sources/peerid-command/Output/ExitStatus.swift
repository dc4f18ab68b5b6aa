import PeerID

/// The exit status, for scripts. The numbers are documented and stable.
enum ExitStatus: Int32, CaseIterable {
  /// Everything was done.
  case done = 0
  /// The server or the chain answered that the request was not carried out.
  case notDone = 1
  /// The arguments, the profile or the operations are invalid. Nothing was sent.
  case usage = 2
  /// The request was not sent, for instance because the server is unreachable.
  case notSent = 3
  /// The request may have been carried out. Find out before you repeat it.
  case unknown = 4
  /// Nobody is logged in, or the session has ended.
  case loginRequired = 5
  /// Ctrl-C, and no outcome is unknown. For other signals, 128 plus their number.
  case interrupted = 130

  init(_ error: PeerIDError) {
    self =
      switch (error.code, error.outcome) {
      case (_, .unknown): .unknown
      case (.loginRequired, _): .loginRequired
      case (.invalidArgument, _), (.configuration, _): .usage
      case (_, .notSent): .notSent
      default: .notDone
      }
  }
}
