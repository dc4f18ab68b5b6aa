/// The promises, checked while a schedule runs.
final class Checker {
  private unowned let world: World
  private(set) var violation: String?
  private(set) var calls: [CallRecord] = []
  /// The pairs that the store has held.
  private var stored: Set<Int> = []
  /// The pairs that a process has used for an operation.
  private var used: Set<Int> = []
  /// The pairs that the server has refused in a process, as `process.pair`.
  private var refusedPairs: Set<String> = []
  /// How many refreshes a process has sent that nobody could see a reason for.
  private var unreasonedRefreshes: [Int: Int] = [:]
  /// Users that were logged out on purpose.
  var loggedOut: Set<Int> = []
  /// When faults have ended; `nil` before.
  var faultsEnded: Int64?
  /// How long it took at most until every session worked again.
  private(set) var longestRecovery: Int64 = 0

  /// The pairs that have come to a process.
  private var delivered: [(pair: Server.Pair, process: SimulatedProcess)] = []

  /// When the store got another pair.
  var lastReplaced: Int64 = -1_000_000
  /// Within this time a session that is over notices that the store has a pair, in milliseconds.
  private static let noticeTime: Int64 = 2000

  init(_ world: World) {
    self.world = world
  }

  func fail(_ what: String) {
    if violation == nil {
      violation = what
      world.tell { "VIOLATION: \(what)" }
    }
  }

  // MARK: - Calls

  func begin(_ action: Action, _ user: Int, _ process: SimulatedProcess) -> CallRecord {
    let record = CallRecord(calls.count + 1, action, user, process, now: world.now)
    calls.append(record)
    world.tell { "call \(record.number): \(action) of user \(user)" }
    return record
  }

  func ended(_ call: CallRecord, _ error: PeerIDError?, transactionID: String? = nil) {
    if world.isOver { return }
    call.isDone = true
    call.endedAt = world.now
    call.error = error
    call.transactionID = transactionID
    world.tell {
      "call \(call.number) ends: "
        + (error.map { "\($0.code.name), \($0.outcome.name): \($0.explanation)" } ?? "success \(transactionID ?? "")")
    }
    if call.action == .logIn, error != nil { forgetLogIn(call) }
    checkDeadline(call)
    checkTruth(call)
    if error?.code == .loginRequired { checkLoginRequired(call) }
    if error?.code == .internal { fail("call \(call.number) ends with an internal error") }
  }

  /// A log in that has failed holds no pair; another one brings it again.
  private func forgetLogIn(_ call: CallRecord) {
    guard let living = world.server.living(call.user) else { return }
    delivered.removeAll { $0.process === call.process && $0.pair === living }
    if holder(of: living) == nil { living.lossCause = living.lossCause ?? "its log in failed" }
  }

  private func checkDeadline(_ call: CallRecord) {
    let frozen = call.process.frozenFor - call.frozenBefore
    let lasted = world.now - call.begun - frozen
    if lasted > world.settings.requestTimeout + 200 {
      fail("call \(call.number) took \(lasted) ms, and its timeout is \(world.settings.requestTimeout) ms")
    }
  }

  /// Whether the caller was told the truth, as far as it is known by now.
  func checkTruth(_ call: CallRecord) {
    guard call.isDone, call.action == .submit else { return }
    if call.executed > 1 { fail("the operation of call \(call.number) was done \(call.executed) times") }
    guard let error = call.error else {
      if call.executed != 1 { fail("call \(call.number) reports success, and it was done \(call.executed) times") }
      if call.transactionID != "\(call.number)" { fail("call \(call.number) got the answer to another call") }
      return
    }
    if error.outcome != .unknown, call.executed > 0 {
      fail("call \(call.number) reports \(error.outcome.name), but it was done")
    }
    if error.outcome == .notSent, call.arrived > call.refusals {
      fail("call \(call.number) reports not_sent, but its request has come to the server")
    }
  }

  /// A session may only be over when nobody has a pair that the server takes.
  private func checkLoginRequired(_ call: CallRecord) {
    if call.action == .open || loggedOut.contains(call.user) { return }
    guard let living = world.server.living(call.user) else { return }
    if world.settings.relogin { return fail("call \(call.number) ends with login_required in spite of relogin") }
    guard let holder = holder(of: living) else { return }
    if mayMissOtherPairs || world.now - lastReplaced < Self.noticeTime { return }
    fail("call \(call.number) ends with login_required, but \(holder) has the pair \(living.number), which is good")
  }

  /// Faults after which one process cannot know what another one has.
  private var mayMissOtherPairs: Bool {
    !world.happened.isDisjoint(with: [
      .freeze, .doubled, .lostLease, .rollback, .storeError, .diskError, .diskFull, .lateLock,
    ])
  }

  // MARK: - Requests

  func sent(_ exchange: Exchange) {
    switch exchange.kind {
    case .operation(_, let token):
      guard let call = exchange.call else { return fail("an operation is sent outside of a call") }
      checkSavedFirst(token)
      call.sent += 1
      if call.sent > call.refusals + 1 {
        fail("call \(call.number) sends its request \(call.sent) times after \(call.refusals) refusals")
      }
    case .refresh(let token):
      checkOneRefresh(token, exchange)
      checkReason(token, exchange)
      checkPlace(token)
    case .logIn: break
    }
  }

  private func checkOneRefresh(_ token: String, _ exchange: Exchange) {
    // A lease ends while its holder is frozen.
    if world.happened.contains(.lostLease) || world.settings.store == .lease && world.happened.contains(.freeze) {
      return
    }
    let others = world.network.open.filter { other in
      if case .refresh(token) = other.kind, other.isOpen, other !== exchange, other.process?.isDead == false {
        return true
      }
      return false
    }
    if !others.isEmpty { fail("two refreshes with \(token) are on their way at a time") }
  }

  /// A pair that a refresh has made is in the store before anything is sent with it.
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
  /// or the application asks for it.
  private func checkReason(_ token: String, _ exchange: Exchange) {
    guard let pair = world.server.pair(access: "A" + token.dropFirst()), let process = exchange.process else { return }
    let twoDays: Int64 = 2 * 86_400_000
    guard pair === world.server.living(pair.user), !pair.isRevoked, pair.expiresAt - world.serverTime > twoDays,
      world.happened.isDisjoint(with: [.wallClockJump, .lostLease, .freeze])
    else { return }
    // Another process judges by dates in whole seconds.
    let isMaker = delivered.contains { $0.process === process && $0.pair === pair }
    let earlyAge = SessionStateMachine.Policy().earlyRefusalAge - (isMaker ? 0 : 1700)
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

  /// Nothing is sent whose result could not be saved.
  private func checkPlace(_ token: String) {
    guard world.settings.store == .directory, world.disk.isFull, !world.disk.hasReservedSpace else { return }
    fail("the refresh with \(token) is sent although its result cannot be saved")
  }

  func arrived(_ number: Int, _ exchange: Exchange) {
    guard let call = call(number) else { return fail("an operation comes that belongs to no call") }
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
    guard exchange.isRefused else { return }
    exchange.call?.refusals += 1
    if case .operation(_, let token) = exchange.kind, let pair = world.server.pair(access: token),
      let process = exchange.process
    {
      refusedPairs.insert("\(process.id).\(pair.number)")
    }
  }

  private func call(_ number: Int) -> CallRecord? {
    number > 0 && number <= calls.count ? calls[number - 1] : nil
  }

  // MARK: - Pairs

  /// A process has died; what only it had is lost.
  func died(_ process: SimulatedProcess) {
    let held = pairs(in: process) + delivered.filter { $0.process === process }.map(\.pair)
    for pair in held where pair.lossCause == nil && !stored.contains(pair.number) {
      pair.lossCause = "\(process.name) died before it was saved"
    }
  }

  private func pairs(in process: SimulatedProcess) -> [Server.Pair] {
    world.observe { process.sessions.values.compactMap { world.server.pair(access: $0.token.accessToken) } }
  }

  /// Who has a pair: the store, a process, or an answer that is on its way; `nil` when nobody has it.
  func holder(of pair: Server.Pair) -> String? {
    if storeHolds(pair) { return "the store" }
    for process in world.processes where !process.isDead {
      if pairs(in: process).contains(where: { $0 === pair }) { return process.name }
      if delivered.contains(where: { $0.process === process && $0.pair === pair }) { return process.name }
    }
    if world.network.open.contains(where: { $0.brings(pair) }) { return "an answer on its way" }
    return nil
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

  /// Whether a user has to log in again, and may: nobody has the pair, for a reason that nobody could prevent.
  func isLost(_ user: Int) -> Bool {
    if loggedOut.contains(user) { return true }
    guard let living = world.server.living(user) else { return true }
    if living.isRival, mayMissOtherPairs { return true }
    if holder(of: living) != nil { return false }
    if world.settings.relogin { return false }
    var excuses: Set<Fault> = [.rollback, .diskError, .storeError]
    // What was used was saved before, durably.
    if !used.contains(living.number) { excuses.insert(.powerLoss) }
    if living.lossCause == nil, world.happened.isDisjoint(with: excuses) {
      fail("nobody has the pair \(living.number) of user \(user), which the server takes, and nothing explains that")
    }
    return true
  }

  /// The store holds another pair.
  func replacedStored() {
    lastReplaced = world.now
    for (pair, _) in delivered where !stored.contains(pair.number) && storeHolds(pair) { stored.insert(pair.number) }
  }

  /// A user that was logged out stays so until the next log in.
  func checkLogOuts() {
    guard world.settings.store != .none, world.happened.isDisjoint(with: [.rollback, .lostLease, .freeze]) else {
      return
    }
    for user in loggedOut {
      let calls = calls.filter { $0.user == user }
      guard let logOut = calls.last(where: { $0.action == .logOut && $0.isDone && $0.error == nil }),
        !calls.contains(where: { $0.action == .logIn && (!$0.isDone || $0.endedAt >= logOut.begun) })
      else { continue }
      if storeHasSession(user) { fail("the session of user \(user) is in the store after its log out") }
    }
  }

  private func storeHasSession(_ user: Int) -> Bool {
    let key = "key\(user)"
    return world.leaseStore.records[key] != nil
      || world.disk.contents(suffix: ".session").contains { $0.path.contains("/\(key).") }
  }

  func recovered(after milliseconds: Int64) { longestRecovery = max(longestRecovery, milliseconds) }

  /// After the end of all.
  func checkEnd() {
    for call in calls { checkTruth(call) }
  }
}
