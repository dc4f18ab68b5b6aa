/// How an asynchronous call ended.
public struct Completion: Sendable {
  /// The result of a call, or why it failed.
  public enum Outcome: Sendable {
    /// The server's answer.
    case response(Response)
    /// A session, from a login, an exchange, a restore or an open.
    case session(Session)
    /// A token for a request that the application sends itself.
    case token(Token)
    /// Whether operations were done, from a settlement.
    indirect case settlement(Settlement)
    /// An account of the chain.
    indirect case account(Account)
    /// Success without a value, from a refresh or a logout.
    case done
    /// The error; read `PeerIDError.outcome` before you send money again.
    case failure(PeerIDError)
  }

  /// The tag that the caller passed when it began the call.
  public let tag: UInt64
  /// The id of the call, which was returned when the call began.
  public let id: UInt64
  /// How the call ended.
  public let outcome: Outcome

  init(_ finished: FinishedCall) {
    tag = finished.tag
    id = finished.id
    outcome =
      switch finished.result {
      case .success(.response(let response)): .response(response)
      case .success(.session(let lease)): .session(Session(lease, finished.engine))
      case .success(.token(let token)): .token(token)
      case .success(.settlement(let settlement)): .settlement(settlement)
      case .success(.account(let account)): .account(account)
      case .success(.done): .done
      case .failure(let error): .failure(error)
      }
  }
}

extension CompletionQueue {
  /// Takes completions. If there are none, waits for the first one.
  ///
  /// - Parameters:
  ///   - maximum: the maximum number to take.
  ///   - timeoutMilliseconds: the longest wait in milliseconds; 0: do not wait; negative: wait without a limit.
  /// - Returns: the completions; empty on timeout.
  public func next(maximum: Int = 64, timeoutMilliseconds: Int64 = -1) -> [Completion] {
    var taken: [Completion] = []
    take(maximum: maximum, timeoutMilliseconds: timeoutMilliseconds) { taken.append(Completion($0)) }
    return taken
  }
}
