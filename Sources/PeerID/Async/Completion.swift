/// How an asynchronous call ended.
public struct Completion: Sendable {
  /// What a call brings when it succeeds, or why it failed.
  public enum Outcome: Sendable {
    /// The server's answer.
    case response(Response)
    /// A session, from a log in, an exchange, a restore or an opening.
    case session(Session)
    /// A token, for a request that the library does not make.
    case token(Token)
    /// Nothing but success, from a refresh or a log out.
    case done
    /// Why it failed; look at `PeerIDError.outcome` before money is sent again.
    case failure(PeerIDError)
  }

  /// The number that the caller gave the call.
  public let tag: UInt64
  /// The id that the call was given when it began.
  public let id: UInt64
  /// How it ended.
  public let outcome: Outcome
}
