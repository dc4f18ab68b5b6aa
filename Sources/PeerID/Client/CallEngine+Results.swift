// Blocking calls, by the type of their result.

extension CallEngine {
  /// Runs a call whose result is read as JSON.
  package func response(of call: Call) throws(PeerIDError) -> Response {
    switch try run(call) {
    case .response(let response): return response
    case .account(let account): return account.response
    case .settlement(let settlement): return settlement.response
    default: throw Self.unexpected
    }
  }

  /// Runs a call that creates a session.
  package func session(of call: Call) throws(PeerIDError) -> Session {
    guard case .session(let lease) = try run(call) else { throw Self.unexpected }
    return Session(lease, self)
  }

  /// Runs a call for a token.
  package func token(of call: Call) throws(PeerIDError) -> Token {
    guard case .token(let token) = try run(call) else { throw Self.unexpected }
    return token
  }

  /// Runs a call that finds an account.
  func account(of call: Call) throws(PeerIDError) -> Account {
    guard case .account(let account) = try run(call) else { throw Self.unexpected }
    return account
  }

  /// Runs a call that settles operations.
  func settlement(of call: Call) throws(PeerIDError) -> Settlement {
    guard case .settlement(let settlement) = try run(call) else { throw Self.unexpected }
    return settlement
  }

  private static var unexpected: PeerIDError { PeerIDError(.internal, "the call returned a result of another type") }
}
