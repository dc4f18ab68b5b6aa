/// Calls that the event loop runs. Their thread waits in its own queue for the completion.
extension Scenario {
  func executeAsynchronously(
    _ action: Action,
    _ record: CallRecord,
    _ client: Client,
    _ process: SimulatedProcess,
    _ user: Int
  ) throws(PeerIDError) -> String? {
    let queue = try CompletionQueue()
    guard let id = try begin(action, record, client, process, user, to: queue) else { return nil }
    if world.choices.variation(in: 10) { cancel(id, client, process) }
    var completions: [Completion] = []
    repeat { completions = queue.next(maximum: 2) } while completions.isEmpty
    if completions.count > 1 || completions[0].id != id || completions[0].tag != UInt64(record.number) {
      world.checker.fail("call \(record.number) has the wrong completions: \(completions.map(\.tag))")
    }
    switch completions[0].outcome {
    case .failure(let error): throw error
    case .session(let session): hold(session, process, user)
    case .response(let response): return response.transactionID
    default: break
    }
    return nil
  }

  /// Starts a call; returns its id, or `nil` if there is no session.
  private func begin(
    _ action: Action,
    _ record: CallRecord,
    _ client: Client,
    _ process: SimulatedProcess,
    _ user: Int,
    to queue: CompletionQueue
  ) throws(PeerIDError) -> UInt64? {
    let key = settings.store == .none ? nil : key(user)
    let tag = UInt64(record.number)
    let session = process.sessions[user]
    switch action {
    case .open: return try client.open(key: self.key(user), to: queue, tag: tag)
    case .logIn:
      let credentials = Credentials(login: "user\(user)", password: "password\(record.number)")
      return try client.logIn(credentials, key: key, to: queue, tag: tag)
    case .exchange:
      let redirect = "https://app.example/?code=C\(user)n\(record.number)&state=state"
      return try client.exchange(redirect: redirect, expectedState: "state", key: key, to: queue, tag: tag)
    case .submit: return try session?.submit(record.operation, to: queue, tag: tag)
    case .confirm: return try session?.confirm(transactionToken: "T\(record.number)", to: queue, tag: tag)
    case .refresh: return try session?.refresh(to: queue, tag: tag)
    case .externalToken: return try session?.freshToken(to: queue, tag: tag)
    case .setAccount:
      _ = try session?.setAccount(record.account)
      return nil
    case .logOut:
      world.checker.loggedOut.insert(user)
      return try session?.logOut(to: queue, tag: tag)
    case .close:
      try replaceClient(process, user)
      return nil
    }
  }

  private func cancel(_ id: UInt64, _ client: Client, _ process: SimulatedProcess) {
    world.schedule("cancellation", after: world.choices.variation([0, 1, 20, 150, 3000])) { [unowned world] in
      if !process.isDead { world.observe(process) { client.cancel(id) } }
    }
  }
}
