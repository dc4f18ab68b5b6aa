/// The calls of the processes of a world, and the checks at the end.
final class Scenario {
  /// The time after the last fault within which every session with a valid pair works again, in milliseconds.
  static let recoveryLimit: Int64 = 200_000
  private static let directory = Scenario.makeDirectory()

  private static let actions: [Action] = [
    .submit, .submit, .submit, .confirm, .refresh, .refresh, .externalToken, .logIn, .exchange, .open, .setAccount,
  ]

  let settings: WorldSettings
  let world: World
  var unfinished = 0

  init(_ world: World) {
    self.world = world
    settings = world.settings
    world.fork = { [unowned self] in fork($0) }
  }

  /// Runs the schedule; returns the violation, if any.
  func run() -> String? {
    for user in 1...settings.users { prepare(user) }
    for number in 1...settings.processes { startProcess(number) }
    world.run { unfinished == 0 || world.processes.allSatisfy(\.isDead) }
    if world.checker.violation == nil, world.states?.isKnown != true { recover() }
    world.checker.checkEnd()
    let violation = world.checker.violation
    world.takeDown()
    return violation
  }

  // MARK: - The start

  private func prepare(_ user: Int) {
    let pair = world.server.makePair(user, lifetime: settings.remainingLifetime)
    world.server.accept(pair)
    pair.isRevoked = settings.isRefused
    pair.lossCause = settings.isStored && settings.store != .none ? nil : "no process has received it yet"
    guard settings.isStored, settings.store != .none else { return }
    let token = try? Bytes(Server.json(pair)).withBytes { (json) throws(PeerIDError) in try Client.token(in: json) }
    guard let token else { return }
    let stored = StoredSessionFormat.write(token.asGeneration(3), key: key(user))
    switch settings.store {
    case .lease: world.leaseStore.put(key(user), stored)
    default:
      let file = "\(Self.directory)/\(key(user)).\(SHA256.hexDigest(key(user)))"
      world.disk.put(file + ".session", Array(stored.bytes.raw))
      // Otherwise the choice of the process that creates it would double the number of schedules.
      if world.choices.isExhaustive { world.disk.put(file + ".lock", []) }
    }
  }

  func key(_ user: Int) -> String { "key\(user)" }

  @discardableResult
  private func startProcess(_ number: Int, runsScript: Bool = true) -> SimulatedProcess {
    let process = SimulatedProcess(id: number, name: runsScript ? "P\(number)" : "fresh")
    world.add(process)
    process.client = try? Client(configuration(number))
    guard runsScript else { return process }
    for thread in 1...settings.threads {
      let user = settings.store == .none ? number : world.choices.pick(settings.users) + 1
      let actions =
        settings.scripts.isEmpty ? (0..<settings.callsPerThread).map { _ in action() } : settings.scripts[number - 1]
      world.note("\(actions)".utf8, process)
      unfinished += 1
      world.start("thread \(thread)", process) { [unowned self] in
        script(process, user, actions)
        unfinished -= 1
      }
    }
    return process
  }

  func action() -> Action {
    world.choices.pick(
      settings.actions.isEmpty ? Self.actions + (settings.logsOut ? [.logOut] : []) : settings.actions
    )
  }

  func configuration(_ number: Int) throws -> Configuration {
    var configuration = try Configuration(baseURL: "https://server.example", clientID: "1", clientSecret: "secret")
    try configuration.set("request_timeout_ms", "\(settings.requestTimeout)")
    try configuration.set("refresh_timeout_ms", "\(settings.refreshTimeout)")
    switch settings.store {
    case .directory: configuration.setStore(try .directory(Self.directory))
    case .lease: configuration.setStore(world.leaseStore.sessionStore())
    case .none: break
    }
    if settings.relogin {
      configuration.setReloginHandler { key in
        Credentials(login: "user\(key?.dropFirst(3) ?? "\(number)")", password: "password")
      }
    }
    let world = world
    nonisolated(unsafe) let teller = world
    configuration.setLogHandler { _, message in teller.tell { "log: \(message)" } }
    return configuration
  }

  // MARK: - The calls of a process

  private func script(_ process: SimulatedProcess, _ user: Int, _ actions: [Action]) {
    guard ensureSession(process, user) else { return }
    for action in actions { perform(action, process, user) }
  }

  private func ensureSession(_ process: SimulatedProcess, _ user: Int) -> Bool {
    if settings.store != .none {
      perform(.open, process, user)
      if process.sessions[user] != nil { return true }
    }
    perform(.logIn, process, user)
    return process.sessions[user] != nil
  }

  @discardableResult
  func perform(_ action: Action, _ process: SimulatedProcess, _ user: Int) -> PeerIDError? {
    guard !world.isOver, let client = process.client else { return nil }
    let record = world.checker.begin(action, user, process)
    record.client = ObjectIdentifier(client)
    world.current?.call = record
    defer { world.current?.call = nil }
    do throws(PeerIDError) {
      let rarity = settings.asynchronousRarity
      if rarity == 1 || rarity > 1 && world.choices.variation(in: rarity) {
        record.isAsynchronous = true
        world.current?.call = nil
      }
      let id =
        record.isAsynchronous
        ? try executeAsynchronously(action, record, client, process, user)
        : try execute(action, record, client, process, user)
      world.checker.ended(record, nil, transactionID: id)
      return nil
    } catch {
      world.checker.ended(record, error)
      return error
    }
  }

  private func execute(
    _ action: Action,
    _ record: CallRecord,
    _ client: Client,
    _ process: SimulatedProcess,
    _ user: Int
  ) throws(PeerIDError) -> String? {
    switch action {
    case .open: hold(try client.open(key: key(user)), process, user)
    case .logIn:
      let key = settings.store == .none ? nil : key(user)
      hold(try client.logIn(login: "user\(user)", password: "password", key: key), process, user)
    case .submit: return try process.sessions[user]?.submit(record.operation).transactionID
    case .confirm: return try process.sessions[user]?.confirm(transactionToken: "T\(record.number)").transactionID
    case .exchange:
      let key = settings.store == .none ? nil : key(user)
      hold(try client.exchange(code: "C\(user)n\(record.number)", key: key), process, user)
    case .refresh: try process.sessions[user]?.refresh()
    case .externalToken: _ = try process.sessions[user]?.freshToken()
    case .setAccount: _ = try process.sessions[user]?.setAccount(record.account)
    case .logOut:
      world.checker.loggedOut.insert(user)
      try process.sessions[user]?.logOut()
    case .close: try replaceClient(process, user)
    }
    return nil
  }

  /// Closes the client of a process, and opens the session in a new one.
  func replaceClient(_ process: SimulatedProcess, _ user: Int) throws(PeerIDError) {
    guard let new = try? Client(configuration(process.id)) else { return }
    let earlier = process.client
    process.client = new
    if let earlier { world.checker.closes(earlier, replacedBy: new, in: process) }
    earlier?.close()
    hold(try new.open(key: key(user)), process, user)
  }

  /// The previous session is released after the change: the release takes locks, and so lets other threads run.
  func hold(_ session: Session, _ process: SimulatedProcess, _ user: Int) {
    let earlier = process.sessions[user]
    process.sessions[user] = session
    withExtendedLifetime(earlier) {}
  }

  // MARK: - The end

  /// After the faults every session that can work works again within a stated time, and then no thread is left.
  private func recover() {
    world.faultsLeft = 0
    // A walk tries all schedules with faults, and for each only one of the recovery.
    world.choices.isWalkOver = true
    world.disk.fullUntil = .min
    let living = world.processes.filter { !$0.isDead && !$0.isExiting }
    for process in living { process.frozenUntil = .min }
    world.checker.faultsEnded = world.now
    world.checker.checkLogOuts()
    var waiting = 0
    for user in 1...settings.users where !world.checker.loggedOut.contains(user) {
      var users = living.filter { $0.sessions[user] != nil }
      if settings.store != .none { users.append(startProcess(world.processes.count + 1, runsScript: false)) }
      for process in users {
        waiting += 1
        world.start("recovery", process) { [unowned self] in
          recover(process, user)
          waiting -= 1
        }
      }
    }
    world.run { waiting == 0 }
    guard world.checker.violation == nil else { return }
    if waiting > 0 { return world.checker.fail("a call does not end: \(world.livingThreads)") }
    close()
  }

  private func recover(_ process: SimulatedProcess, _ user: Int) {
    let begin = world.now
    var isClosed = false
    while !world.isOver {
      var error: PeerIDError?
      if process.sessions[user] == nil || isClosed { error = perform(.open, process, user) }
      if error?.code == .loginRequired, settings.relogin { error = perform(.logIn, process, user) }
      if error == nil { error = perform(.submit, process, user) }
      if error == nil {
        if process.name == "fresh" { world.checker.checkAccount(process.sessions[user]?.token.account?.id, user) }
        return world.checker.recovered(after: world.now - begin)
      }
      isClosed = error?.code == .closed
      if world.checker.isLost(user) { return }
      if world.happened.contains(.rollback), !world.checker.storeHoldsLivingPair(user) { return }
      if world.now - begin > Self.recoveryLimit {
        return world.checker.fail(
          "the session of user \(user) in \(process.name) does not work again: \(error?.message ?? "")"
        )
      }
      world.wait(for: nil, until: world.now + 500)
    }
  }

  private func close() {
    for process in world.processes where !process.isDead {
      process.client?.close()
      let (sessions, client) = (process.sessions, process.client)
      process.sessions = [:]
      process.client = nil
      withExtendedLifetime((sessions, client)) {}
    }
    let end = world.now + 2 * settings.refreshTimeout + 5000
    world.run { world.isQuiet || world.now > end }
    if world.checker.violation == nil, world.states?.isKnown != true, !world.isQuiet {
      world.checker.fail("still running after the end: \(world.livingThreads)")
    }
  }
}
