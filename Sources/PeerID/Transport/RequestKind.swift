/// The kinds of requests. What an answer proves depends on the kind.
enum RequestKind: String, CaseIterable, Sendable, CustomStringConvertible {
  case operations
  /// The confirmation of a transaction token.
  case confirmation
  /// A transaction that was signed elsewhere.
  case broadcast
  /// A read of the chain.
  case chainRead = "chain read"
  /// A chain read that calls the node's API `network_broadcast`, which changes the chain.
  case chainBroadcast = "network_broadcast"
  case logIn = "log in"
  case exchange
  case refresh

  /// The name in logs.
  var description: String { rawValue }

  /// Whether the request makes a transaction, so that only a transaction id proves success.
  var isSubmit: Bool {
    switch self {
    case .operations, .confirmation, .broadcast: true
    case .chainRead, .chainBroadcast, .logIn, .exchange, .refresh: false
    }
  }

  /// Whether the request changes something, so that it must not be sent twice. A login only returns the stored pair of
  /// tokens, so repeating it is as safe as repeating a read.
  var changesSomething: Bool {
    switch self {
    case .chainRead, .logIn: false
    case .operations, .confirmation, .broadcast, .chainBroadcast, .exchange, .refresh: true
    }
  }

  /// Whether the answer contains tokens, so that its memory must be wiped.
  var answersWithTokens: Bool {
    switch self {
    case .logIn, .exchange, .refresh: true
    case .operations, .confirmation, .broadcast, .chainRead, .chainBroadcast: false
    }
  }

  /// What to do when the outcome is unknown.
  var advice: StaticString? {
    switch self {
    case .operations, .confirmation, .chainBroadcast, .exchange: "find out whether it was done before sending it again"
    case .broadcast:
      "find out whether it was done, or send the same signed transaction again: the chain accepts it only once"
    case .chainRead, .logIn, .refresh: nil
    }
  }
}
