internal import PeerID

extension Sandbox {
  /// The number of requests for a method and path, such as `POST /api/v1/app/operations`.
  ///
  /// - Parameters:
  ///   - endpoint: the method, a space, and the path.
  ///   - outcome: counts only requests with this status, such as `200`, or `dropped` requests.
  /// - Returns: the number since the start, the last reset, or the last ``resetCounts()``.
  public func requestCount(_ endpoint: String, outcome: String? = nil) -> Int {
    core.state.withLock { state in
      outcome.map { state.counts.count(endpoint, $0) } ?? state.counts.total(endpoint)
    }
  }

  /// Sets all request counts to 0.
  public func resetCounts() {
    core.state.withLock { $0.counts.removeAll() }
  }

  /// The last requests, oldest first; ``Settings/requestLogLength`` limits their number.
  ///
  /// - Parameters:
  ///   - sequence: returns only requests after the one with this number.
  ///   - path: returns only requests to this path.
  /// - Returns: the requests in their current state; one in progress has not ended yet.
  public func requests(after sequence: UInt64 = 0, path: String? = nil) -> [RecordedRequest] {
    core.state.withLock { state in
      state.log.requests.filter { $0.sequence > sequence && (path == nil || $0.request.path == path) }
        .map { RecordedRequest($0) }
    }
  }

  /// Waits until the log contains a number of requests.
  ///
  /// - Parameters:
  ///   - count: the number.
  ///   - path: counts only requests to this path.
  ///   - milliseconds: the maximum time to wait.
  /// - Returns: whether they arrived in time.
  public func waitForRequests(_ count: Int, path: String? = nil, upToMilliseconds milliseconds: Int = 5_000) -> Bool {
    core.state.wait(upToMilliseconds: milliseconds) { state in
      state.log.requests.count { path == nil || $0.request.path == path } >= count
    }
  }

  /// Waits until all requests in the log have ended.
  ///
  /// - Parameter milliseconds: the maximum time to wait.
  /// - Returns: whether they have ended in time.
  public func waitUntilIdle(upToMilliseconds milliseconds: Int = 5_000) -> Bool {
    core.state.wait(upToMilliseconds: milliseconds) { state in
      state.log.requests.allSatisfy { $0.ended != nil }
    }
  }

  /// The number of transactions that the chain has executed.
  public var executedTransactionCount: Int { core.state.withLock { $0.chain.transactionCount } }

  /// The number of operations that the chain has executed.
  public var executedOperationCount: Int { core.state.withLock { $0.chain.operationCount } }

  /// The last 10,000 executed operations, oldest first.
  public var executedOperations: [RecordedOperation] {
    core.state.withLock { state in
      state.executed.map { entry in
        RecordedOperation(
          number: entry.number,
          name: entry.operation.name,
          json: entry.operation.literal.compactText.text,
          transactionID: entry.transactionID,
          block: entry.block,
          username: state.user(id: entry.origin.userID)?.username ?? "",
          clientID: entry.origin.clientID,
          requestSequence: entry.origin.requestSequence
        )
      }
    }
  }

  /// The stored token pairs, oldest first. Refreshed token pairs that are not saved yet are not included.
  ///
  /// - Parameters:
  ///   - username: returns only token pairs of this user.
  ///   - clientID: returns only token pairs of this app.
  /// - Returns: the token pairs in the order of their numbers.
  public func tokenPairs(username: String? = nil, clientID: Int? = nil) -> [RecordedTokenPair] {
    core.state.withLock { state in
      state.tokens.settle(now: PeerID.Clock.monotonicMicroseconds())
      return state.selectedPairs(TokenSelection(username: username, clientID: clientID)).map { pair in
        RecordedTokenPair(
          id: pair.id,
          username: state.user(id: pair.userID)?.username ?? "",
          clientID: pair.clientID,
          accessToken: pair.accessToken,
          refreshToken: pair.refreshToken,
          expiresMilliseconds: pair.expires
        )
      }
    }
  }
}
