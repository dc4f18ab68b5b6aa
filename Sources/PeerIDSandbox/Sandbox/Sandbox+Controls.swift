internal import PeerID

extension Sandbox {
  /// Resets tokens, consents, settings, faults, counts, log and chain to the fixture.
  ///
  /// - Parameter fixture: another fixture to use from now on.
  public func reset(to fixture: Fixture? = nil) {
    core.state.withLock { state in
      state.reset(to: fixture ?? state.fixture)
    }
  }

  /// The current settings.
  public var settings: Settings { core.state.withLock { $0.settings } }

  /// Changes the settings.
  public func configure(_ change: (inout Settings) -> Void) {
    core.state.withLock { change(&$0.settings) }
  }

  /// Sets the expiry of access tokens to a second ago, so that they are refused with 401. Refresh tokens stay valid.
  ///
  /// - Parameters:
  ///   - username: only token pairs of this user.
  ///   - clientID: only token pairs of this app.
  ///   - accessToken: only the token pair with this access token.
  /// - Returns: the number of token pairs that changed.
  @discardableResult
  public func expireTokens(username: String? = nil, clientID: Int? = nil, accessToken: String? = nil) -> Int {
    core.state.withLock { state in
      state.expire(TokenSelection(username: username, clientID: clientID, accessToken: accessToken))
    }
  }

  /// Invalidates access tokens: they are refused with 401, and the refresh tokens stay valid.
  ///
  /// - Parameters:
  ///   - username: only token pairs of this user.
  ///   - clientID: only token pairs of this app.
  ///   - accessToken: only the token pair with this access token.
  /// - Returns: the number of token pairs that changed.
  @discardableResult
  public func revokeAccessTokens(username: String? = nil, clientID: Int? = nil, accessToken: String? = nil) -> Int {
    core.state.withLock { state in
      state.revoke(TokenSelection(username: username, clientID: clientID, accessToken: accessToken), .access)
    }
  }

  /// Invalidates refresh tokens: a refresh is refused with 400, and the access tokens stay valid.
  ///
  /// - Parameters:
  ///   - username: only token pairs of this user.
  ///   - clientID: only token pairs of this app.
  ///   - refreshToken: only the token pair with this refresh token.
  /// - Returns: the number of token pairs that changed.
  @discardableResult
  public func revokeRefreshTokens(username: String? = nil, clientID: Int? = nil, refreshToken: String? = nil) -> Int {
    core.state.withLock { state in
      state.revoke(TokenSelection(username: username, clientID: clientID, refreshToken: refreshToken), .refresh)
    }
  }

  /// Adds a fault after the pending ones.
  public func add(_ fault: Fault) {
    core.state.withLock { $0.faults.append(fault) }
  }

  /// The pending faults.
  public var pendingFaults: [Fault] { core.state.withLock { $0.faults.faults } }

  /// Ends the delay of all requests that have arrived and wait ``Fault/untilReleased``. Later requests wait for the
  /// next call of this method.
  public func releaseRequests() {
    core.state.withLock { $0.releaseRequests() }
  }

  /// Saves all refreshed token pairs that are not saved yet, whatever ``Settings/saveDelay`` is.
  public func saveTokenPairs() {
    core.state.withLock { $0.tokens.settle() }
  }

  /// Removes all faults.
  public func removeFaults() {
    core.state.withLock { $0.faults.removeAll() }
  }

  /// Creates an authorization code as the consent page does. The user joins the app.
  ///
  /// - Returns: the code, or `nil` if the user or the app does not exist.
  public func makeCode(username: String, clientID: Int) -> String? {
    core.state.withLock { state in
      guard let userID = state.userID(username: username), state.apps[clientID] != nil else { return nil }
      let party = Party(userID: userID, clientID: clientID)
      if state.authorities[party] == nil { state.join(party) }
      return state.makeCode(party)
    }
  }

  /// Sets what a user has granted to an app; `nil` removes the consent.
  public func setConsent(username: String, clientID: Int, operations: [String]?) {
    core.state.withLock { state in
      guard let userID = state.userID(username: username) else { return }
      state.setAuthorities(Party(userID: userID, clientID: clientID), operations)
    }
  }
}
