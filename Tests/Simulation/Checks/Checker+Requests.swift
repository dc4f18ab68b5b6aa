// Checks of requests and answers.

extension Checker {
  func sent(_ exchange: Exchange) {
    switch exchange.kind {
    case .operation(_, let token):
      guard let call = exchange.call else { return fail("an operation is sent outside a call") }
      checkSavedFirst(token)
      call.sent += 1
      if call.sent > call.refusals + 1 {
        fail("call \(call.number) sends its request \(call.sent) times after \(call.refusals) refusals")
      }
    case .refresh(let token):
      checkOneRefresh(token, exchange)
      checkReason(token, exchange)
      checkPlace(token)
    case .logIn, .exchange, .chainRead: break
    }
  }

  private func checkOneRefresh(_ token: String, _ exchange: Exchange) {
    // A logout ends a session during a refresh, and a login starts another one.
    if let user = world.server.pair(access: "A" + token.dropFirst())?.user, loggedOut.contains(user) { return }
    // A lease expires while its holder is frozen.
    if world.happened.contains(.lostLease) || world.settings.store == .lease && world.happened.contains(.freeze) {
      return
    }
    let others = world.network.open.filter { other in
      if case .refresh(token) = other.kind, other.isOpen, other !== exchange, other.process?.isDead == false {
        return true
      }
      return false
    }
    if !others.isEmpty { fail("two refreshes with \(token) are in progress at the same time") }
  }

  /// The pair of a refresh is in the store before anything is sent with it.
  private func checkSavedFirst(_ token: String) {
    guard let pair = world.server.pair(access: token) else { return }
    used.insert(pair.number)
    let storeFaults: Set<Fault> = [.diskError, .diskFull, .storeError, .rollback, .lostLease, .freeze, .lateLock]
    guard pair.predecessor != nil, world.settings.store != .none, !stored.contains(pair.number),
      world.happened.isDisjoint(with: storeFaults), !loggedOut.contains(pair.user)
    else { return }
    fail("the pair \(pair.number) is used before it is saved")
  }

  /// A refresh has a reason: the token expires, the server has refused it for longer than it takes to save a new pair,
  /// the server has refreshed the same pair for another process, too, or the application asks for it.
  private func checkReason(_ token: String, _ exchange: Exchange) {
    guard let pair = world.server.pair(access: "A" + token.dropFirst()), let process = exchange.process else { return }
    let twoDays: Int64 = 2 * 86_400_000
    guard pair === world.server.living(pair.user), !pair.isRevoked, !pair.isRival,
      pair.expiresAt - world.serverTime > twoDays,
      world.happened.isDisjoint(with: [.wallClockJump, .lostLease, .freeze])
    else { return }
    // Another process uses dates in whole seconds: its own, and those of the process that received the pair.
    let isMaker = refreshedPairs.contains("\(process.id).\(pair.number)")
    let earlyAge = SessionStateMachine.Policy().earlyRefusalAge - (isMaker ? 0 : 2000)
    let isRefused = refusedPairs.contains("\(process.id).\(pair.number)")
    if isRefused, world.now - pair.madeAt >= earlyAge { return }
    let count = unreasonedRefreshes[process.id, default: 0] + 1
    unreasonedRefreshes[process.id] = count
    let asked = calls.count { $0.process === process && $0.action == .refresh }
    if count > asked * Self.sendingsOfRefresh {
      fail("\(process.name) refreshes the pair \(pair.number) for no reason")
    }
  }

  /// A refresh that was asked for is sent again while the server has not saved the pair before.
  private static let sendingsOfRefresh = 30

  /// No request is sent whose result could not be saved.
  private func checkPlace(_ token: String) {
    guard world.settings.store == .directory, world.disk.isFull, !world.disk.hasReservedSpace else { return }
    fail("the refresh with \(token) is sent although its result cannot be saved")
  }

  func arrived(_ number: Int, _ exchange: Exchange) {
    guard let call = call(number) else { return fail("an operation arrives that belongs to no call") }
    call.arrived += 1
  }

  func executed(_ number: Int, _ pair: Server.Pair) {
    guard let call = call(number) else { return }
    call.executed += 1
    checkTruth(call)
    if call.executed > 1 { fail("the operation of call \(number) was done \(call.executed) times") }
  }

  func answered(_ exchange: Exchange, _ answer: Server.Answer) {
    if let pair = answer.pair, let process = exchange.process { delivered.append((pair, process)) }
    // It is about to be saved. Then other processes that lost the pair find it.
    switch exchange.kind {
    case .logIn, .exchange:
      lastReplaced = world.now
      if let pair = answer.pair { exchange.call?.obtained.append(pair) }
    case .refresh:
      if let pair = answer.pair, let process = exchange.process {
        refreshedPairs.insert("\(process.id).\(pair.number)")
        delivered.removeAll { $0.process === process && $0.pair === pair.predecessor }
      }
    case .operation, .chainRead: break
    }
    guard exchange.isRefused else { return }
    exchange.call?.refusals += 1
    if case .operation(_, let token) = exchange.kind, let pair = world.server.pair(access: token),
      let process = exchange.process
    {
      refusedPairs.insert("\(process.id).\(pair.number)")
    }
  }

  /// A request ends before its time because its call was cancelled or its client was closed. A refresh continues, unless
  /// the process exits.
  func cutsShort(_ exchange: Exchange) {
    guard case .refresh(let token) = exchange.kind, !world.isOver, exchange.process?.isGivingUp == false else { return }
    fail("the refresh with \(token) does not wait for its answer")
  }

  func call(_ number: Int) -> CallRecord? {
    number > 0 && number <= calls.count ? calls[number - 1] : nil
  }
}
