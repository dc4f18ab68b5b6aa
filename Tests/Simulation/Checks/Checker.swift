/// The promises, checked while a schedule runs.
final class Checker {
  unowned let world: World
  var violation: String?
  var calls: [CallRecord] = []
  /// The pairs that the store has contained.
  var stored: Set<Int> = []
  /// The pairs that a process has used for an operation.
  var used: Set<Int> = []
  /// The pairs that the server has refused in a process, as `process.pair`.
  var refusedPairs: Set<String> = []
  /// The pairs that a process received from a refresh, as `process.pair`.
  var refreshedPairs: Set<String> = []
  /// How many refreshes a process has sent without a visible reason.
  var unreasonedRefreshes: [Int: Int] = [:]
  /// When each client was closed that may still have calls.
  var closedClients: [ObjectIdentifier: Int64] = [:]
  /// Users that were logged out on purpose.
  var loggedOut: Set<Int> = []
  /// When the faults ended; `nil` before.
  var faultsEnded: Int64?
  /// The longest time until every session worked again.
  var longestRecovery: Int64 = 0

  /// The pairs that a process has received, and that may not be in a session yet.
  var delivered: [(pair: Server.Pair, process: SimulatedProcess)] = []

  /// When the store's pair changed.
  var lastReplaced: Int64 = -1_000_000
  /// The time within which the calls of a closed client end, in milliseconds.
  static let closingTime: Int64 = 1000
  /// The time within which an ended session notices a pair in the store, in milliseconds.
  static let noticeTime: Int64 = 2000

  init(_ world: World) {
    self.world = world
  }

  /// The state on which later checks depend, apart from what the living processes have done.
  func hash(into hasher: inout Hasher) {
    for fault in world.happened.map(\.rawValue).sorted() { hasher.combine(fault) }
    for user in 1...world.settings.users {
      for pair in world.server.livingPairs(user).sorted(by: { $0.row < $1.row }) {
        hasher.combine([pair.lossCause == nil, pair.isRival, pair.hasUnsavedSuccessor])
        hasher.combine([stored.contains(pair.number), used.contains(pair.number)])
      }
    }
    hasher.combine(loggedOut.sorted())
    hasher.combine(lastReplaced)
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
    forgetPairs(call, hasFailed: error != nil)
    checkDeadline(call)
    checkTruth(call)
    if error?.code == .loginRequired { checkLoginRequired(call) }
    if error?.code == .internal { fail("call \(call.number) ends with an internal error") }
  }

  /// The pair of a login or an exchange is now in the session, or was dropped. If the call succeeded, the pairs of
  /// other exchanges are dropped, too.
  private func forgetPairs(_ call: CallRecord, hasFailed: Bool) {
    guard let last = call.obtained.last else { return }
    delivered.removeAll { held in
      held.process === call.process && held.pair.user == call.user
        && (call.obtained.contains { $0 === held.pair } || !hasFailed && held.pair.row != last.row)
    }
    if !hasFailed, world.settings.store == .none { world.server.rowInUse[call.user] = last.row }
    if hasFailed, holder(of: last) == nil { last.lossCause = last.lossCause ?? "its login failed" }
  }

  /// A process closes a client.
  func closes(_ client: Client, replacedBy new: Client, in process: SimulatedProcess) {
    closedClients[ObjectIdentifier(client)] = world.now
    closedClients[ObjectIdentifier(new)] = nil
    // The new client knows the age of its pair only from the store, as another process would.
    refreshedPairs = refreshedPairs.filter { !$0.hasPrefix("\(process.id).") }
    world.tell { "the client is closed" }
  }

  private func checkDeadline(_ call: CallRecord) {
    if call.action != .close, let client = call.client, let closed = closedClients[client],
      world.now - closed > Self.closingTime
    {
      fail("call \(call.number) ends \(world.now - closed) ms after its client was closed")
    }
    let frozen = call.process.frozenFor - call.frozenBefore
    let lasted = world.now - call.begun - frozen
    if lasted > world.settings.requestTimeout + 200 {
      fail("call \(call.number) took \(lasted) ms, and its timeout is \(world.settings.requestTimeout) ms")
    }
  }

  /// Checks the call's outcome, as far as the truth is known by now.
  func checkTruth(_ call: CallRecord) {
    if call.isDone, call.error?.outcome == .notSent, !call.obtained.isEmpty {
      fail("call \(call.number) reports not_sent, but the server answered its login")
    }
    guard call.isDone, call.changesSomething else { return }
    if call.executed > 1 { fail("the operation of call \(call.number) was done \(call.executed) times") }
    guard let error = call.error else {
      if call.executed != 1 { fail("call \(call.number) reports success, but it was done \(call.executed) times") }
      if call.transactionID != "\(call.number)" { fail("call \(call.number) got the answer to another call") }
      return
    }
    if error.outcome != .unknown, call.executed > 0 {
      fail("call \(call.number) reports \(error.outcome.name), but it was done")
    }
    if error.outcome == .notSent, call.arrived > call.refusals {
      fail("call \(call.number) reports not_sent, but its request reached the server")
    }
  }

  /// A session may have ended only if no process or store has a pair that the server accepts.
  private func checkLoginRequired(_ call: CallRecord) {
    if call.action == .open || loggedOut.contains(call.user) { return }
    guard let living = world.server.living(call.user) else { return }
    if world.settings.relogin { return fail("call \(call.number) ends with login_required despite relogin") }
    guard !mayMissRival(call.user), !isMistakenlyGivenUp(living), let holder = holder(of: living) else { return }
    if mayMissOtherPairs || world.now - lastReplaced < Self.noticeTime { return }
    fail("call \(call.number) ends with login_required, but \(holder) has the valid pair \(living.number)")
  }

  /// Whether a fault happened after which a process cannot know what another one has.
  var mayMissOtherPairs: Bool {
    !world.happened.isDisjoint(with: [
      .freeze, .doubled, .lostLease, .rollback, .storeError, .diskError, .diskFull, .lateLock,
    ])
  }

  /// Whether the processes may use the wrong one of two pairs that the server has made of one. A login notices that
  /// only if the server saves them within two seconds.
  func mayMissRival(_ user: Int) -> Bool {
    (mayMissOtherPairs || world.settings.saveDelay > SessionStateMachine.Policy().earlyRefusalAge)
      && world.server.livingPairs(user).contains(where: \.isRival)
  }
}
