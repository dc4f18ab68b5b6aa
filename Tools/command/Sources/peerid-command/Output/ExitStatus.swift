import PeerID

/// How the program ends, for scripts. The numbers are documented and stable.
enum ExitStatus: Int32, CaseIterable {
  /// Everything that was asked for was done.
  case done = 0
  /// The server or the chain did not do it.
  case notDone = 1
  /// The arguments, the profile or the operations are invalid. Nothing was sent.
  case usage = 2
  /// The request was not sent, for instance because the server is unreachable.
  case notSent = 3
  /// The request may have been carried out. Find out before repeating it.
  case unknown = 4
  /// Nobody is logged in, or the session is over.
  case loginRequired = 5
  /// Ctrl-C, and nothing is unknown. Other signals end with 128 and their number.
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
