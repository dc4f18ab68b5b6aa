/// The child of a fork has what its parent had in memory, and none of its threads.
extension Scenario {
  func fork(_ parent: SimulatedProcess) {
    guard let client = parent.client else { return }
    let child = SimulatedProcess(id: world.processes.count + 1, name: "\(parent.name).\(world.processes.count + 1)")
    child.wallOffset = parent.wallOffset
    child.forks = parent.forks
    let table = client.engine.environment.table
    let states = world.observe(parent) {
      // The client has no entry for a session that was logged out.
      parent.sessions.filter { table.session(forKey: key($0.key))?.core === $0.value.core }
        .mapValues { $0.core.withState { $0 } }
    }
    world.observe(child) { inherit(states, from: client, child) }
    // From here on the child's objects know that they were inherited.
    child.forks += 1
    world.add(child)
    run(in: child, states.keys.sorted())
  }

  private func inherit(_ states: [Int: SessionCore.State], from parent: Client, _ child: SimulatedProcess) {
    guard let client = try? Client(configuration(child.id)) else { return }
    child.client = client
    let (theirs, mine) = (parent.engine.environment, client.engine.environment)
    if let now = theirs.transport.serverClock.nowMilliseconds {
      // The child keeps its parent's clock, although the next answer would correct it in the parent.
      let took: Int64 = theirs.transport.serverClock.wantsSample ? 2000 : 0
      mine.transport.serverClock.learn(dateMilliseconds: now - 500, took: took)
    }
    let order = theirs.nextOrder()
    while mine.nextOrder() < order {}
    for (user, state) in states.sorted(by: { $0.key < $1.key }) {
      let token = state.machine.token
      guard let place = try? client.engine.opening.place(key(user)) else { continue }
      let core = SessionCore(environment: mine, token: token, place: place, credentials: nil)
      core.withState { $0 = state }
      let lease = mine.table.session(forKey: key(user), orElse: core, token, replaces: false).session
      child.sessions[user] = Session(lease, client.engine)
    }
  }

  private func run(in child: SimulatedProcess, _ users: [Int]) {
    let calls = users.map { ($0, action()) }
    world.note("\(calls)".utf8, child)
    unfinished += 1
    world.start("forked thread", child) { [unowned self] in
      for (user, action) in calls { perform(action, child, user) }
      unfinished -= 1
    }
  }
}
