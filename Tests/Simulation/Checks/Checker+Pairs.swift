// Which store, process or answer has which token pair.

extension Checker {
  /// A process has died; pairs that only it had are lost.
  func died(_ process: SimulatedProcess) {
    let held = pairs(in: process) + delivered.filter { $0.process === process }.map(\.pair)
    for pair in held where pair.lossCause == nil && !stored.contains(pair.number) {
      pair.lossCause = "\(process.name) died before it was saved"
    }
  }

  /// The pairs in the sessions of a process, and those that they may use if a refresh fails.
  private func pairs(in process: SimulatedProcess) -> [Server.Pair] {
    world.observe(process) {
      process.sessions.values.flatMap { session in
        session.core.withState { [$0.machine.token, $0.offered?.pair] }
          .compactMap { $0.flatMap { world.server.pair(access: $0.accessToken) } }
      }
    }
  }

  /// What has a pair: the store, a process, or an answer in transit; `nil` if it is lost.
  func holder(of pair: Server.Pair) -> String? {
    if storeHolds(pair) { return "the store" }
    for process in world.processes where !process.isDead {
      if pairs(in: process).contains(where: { $0 === pair }) { return process.name }
      if delivered.contains(where: { $0.process === process && $0.pair === pair }) { return process.name }
    }
    if world.network.open.contains(where: { $0.brings(pair) }) { return "an answer in transit" }
    return nil
  }

  /// Whether the processes may use another pair than this one, because the server sent that one and failed before it
  /// saved it. A login returns this one to them again, as soon as it is stored.
  func isMistakenlyGivenUp(_ pair: Server.Pair) -> Bool {
    guard pair.hasUnsavedSuccessor else { return false }
    return mayMissOtherPairs || (world.settings.store == .none ? holder(of: pair) == nil : !storeHolds(pair))
  }

  func storeHoldsLivingPair(_ user: Int) -> Bool { world.server.living(user).map { storeHolds($0) } ?? false }

  func storeHolds(_ pair: Server.Pair) -> Bool {
    let pattern = Array("\"\(pair.access)\"".utf8)
    func holds(_ bytes: some Collection<UInt8>) -> Bool {
      let bytes = Array(bytes)
      guard bytes.count >= pattern.count else { return false }
      return (0...bytes.count - pattern.count).contains {
        bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern)
      }
    }
    switch world.settings.store {
    case .directory: return world.disk.contents(suffix: ".session").contains { holds($0.bytes) }
    case .lease: return world.leaseStore.records.values.contains { holds($0.bytes.raw) }
    case .none: return false
    }
  }

  /// Whether a user may have to log in again: no process or store has the pair, for a reason that the library cannot
  /// prevent.
  func isLost(_ user: Int) -> Bool {
    if loggedOut.contains(user) { return true }
    guard let living = world.server.living(user) else { return true }
    if mayMissRival(user) { return true }
    if isMistakenlyGivenUp(living), !world.settings.relogin { return true }
    if holder(of: living) != nil { return false }
    if world.settings.relogin { return false }
    var excuses: Set<Fault> = [.rollback, .diskError, .storeError]
    // Each pair was saved durably before it was used.
    if !used.contains(living.number) { excuses.insert(.powerLoss) }
    // The processes may use a pair of another exchange.
    let isExplained = world.server.livingPairs(user).contains {
      $0.lossCause != nil || $0.hasUnsavedSuccessor || holder(of: $0) != nil
    }
    if !isExplained, world.happened.isDisjoint(with: excuses) {
      fail("the pair \(living.number) of user \(user), which the server accepts, was lost for no reason")
    }
    return true
  }

  /// The store contains another pair.
  func replacedStored() {
    lastReplaced = world.now
    for pair in world.server.allPairs where storeHolds(pair) {
      world.server.rowInUse[pair.user] = pair.row
      stored.insert(pair.number)
    }
  }

  /// A user who was logged out stays logged out until the next login.
  func checkLogOuts() {
    guard world.settings.store != .none, world.happened.isDisjoint(with: [.rollback, .lostLease, .freeze]) else {
      return
    }
    for user in loggedOut {
      let calls = calls.filter { $0.user == user }
      guard let logOut = calls.last(where: { $0.action == .logOut && $0.isDone && $0.error == nil }),
        !calls.contains(where: { $0.beginsSession && (!$0.isDone || $0.endedAt >= logOut.begun) })
      else { continue }
      if storeHasSession(user) { fail("the session of user \(user) is in the store after its logout") }
    }
  }

  /// A process that opens the session finds the account that was set last. Of overlapping calls any may be the last; a
  /// call that failed may have set it.
  func checkAccount(_ found: String?, _ user: Int) {
    guard world.happened.isDisjoint(with: [.rollback, .lostLease, .freeze, .diskError, .storeError, .powerLoss]),
      !loggedOut.contains(user)
    else { return }
    let sets = calls.filter { $0.user == user && $0.action == .setAccount }
    let lastBegun = sets.filter { $0.isDone && $0.error == nil }.map(\.begun).max()
    let possible = sets.filter { !$0.isDone || $0.endedAt >= lastBegun ?? 0 }
    if possible.contains(where: { $0.account == found }) || lastBegun == nil && found == nil { return }
    fail("the session of user \(user) has the account \(found ?? "none") instead of the one that was set last")
  }

  private func storeHasSession(_ user: Int) -> Bool {
    let key = "key\(user)"
    return world.leaseStore.records[key] != nil
      || world.disk.contents(suffix: ".session").contains { $0.path.contains("/\(key).") }
  }

  func recovered(after milliseconds: Int64) { longestRecovery = max(longestRecovery, milliseconds) }

  /// Checks after all processes have ended.
  func checkEnd() {
    for call in calls { checkTruth(call) }
  }
}
