// The choice of faults and their times.

extension World {
  /// Decides whether a fault happens now.
  func fault(_ fault: Fault) -> Bool {
    guard faultsLeft > 0, !isOver, settings.faults.contains(fault), choices.chance(in: 6) else { return false }
    occur(fault)
    tell { "FAULT: \(fault)" }
    return true
  }

  private func occur(_ fault: Fault) {
    faultsLeft -= 1
    happened.insert(fault)
    remember("\(fault) \(event) \(current.map { "\($0.process.id) \($0.process.history)" } ?? "")")
  }

  func replacedStored() {
    checker.replacedStored()
    tell { "replaced the stored session" }
  }

  func rememberBackup(_ path: String) {
    guard settings.faults.contains(.rollback) else { return }
    if settings.store == .lease {
      if let record = leaseStore.records[path] { backups.append((path, Array(record.bytes.raw))) }
    } else if let bytes = disk.entries[path]?.bytes {
      backups.append((path, bytes))
    }
  }

  /// May cause a fault before the next step, which is one of `possible`. Returns whether it did.
  func disturb(before possible: PossibleSteps) -> Bool {
    guard faultsLeft > 0, !kindsBetweenSteps.isEmpty else { return false }
    let before = faultsLeft
    if choices.isExhaustive {
      // Most of the time nothing happens, so the alternatives are counted, not listed.
      let taken = choices.pick(1 + eachFault(possible.alone) { _, _ in false })
      if taken == 0 { return false }
      var number = 0
      _ = eachFault(possible.alone) { fault, process in
        number += 1
        if number == taken { disturb(fault, process) }
        return number == taken
      }
    } else {
      guard processes.contains(where: { !$0.isDead }), choices.chance(in: 40) else { return false }
      disturb(choices.pick(kindsBetweenSteps), choices.pick(processes.filter { !$0.isDead }))
    }
    return faultsLeft < before
  }

  /// Visits the faults that can happen now, each with its victim, until `isEnd`. Returns how many it has visited.
  private func eachFault(_ alone: SimulatedProcess?, isEnd: (Fault, SimulatedProcess) -> Bool) -> Int {
    var count = 0
    for fault in kindsBetweenSteps where alone == nil || fault.seesPrivateSteps {
      for process in processes where !process.isDead {
        if fault.hasOneVictim, let alone, process !== alone { continue }
        guard canHappen(fault, process) else { continue }
        count += 1
        if isEnd(fault, process) { return count }
        if !fault.hasOneVictim { break }
      }
    }
    return count
  }

  private func canHappen(_ fault: Fault, _ process: SimulatedProcess) -> Bool {
    switch fault {
    case .powerLoss: settings.store == .directory
    case .lostLease: settings.store == .lease
    case .exit: !process.isExiting
    case .rollback: !backups.isEmpty
    case .fork:
      settings.store != .none && !process.isExiting && !process.sessions.isEmpty
        && processes.count < Self.maximumProcesses
    default: true
    }
  }

  private func disturb(_ fault: Fault, _ process: SimulatedProcess) {
    guard canHappen(fault, process) else { return }
    switch fault {
    case .kill:
      tell { "FAULT: \(process.name) is killed" }
      kill(process)
    case .powerLoss:
      tell { "FAULT: power loss" }
      for process in processes where !process.isDead { kill(process) }
      disk.losePower()
    case .freeze:
      let time = choices.variation([Int64(4000), 200, 40_000, 150_000])
      tell { "FAULT: \(process.name) is frozen for \(time) ms" }
      process.frozenUntil = now + time
      process.frozenFor += time
    case .exit:
      tell { "FAULT: \(process.name) exits" }
      exit(process)
    case .wallClockJump:
      process.wallOffset += choices.variation([Int64(-86_400_000), 7_200_000, 200 * 86_400_000])
      tell { "FAULT: the wall clock of \(process.name) jumps" }
    case .rollback:
      guard let backup = backups.last else { return }
      tell { "FAULT: an older state of the store is restored" }
      if settings.store == .lease {
        if let token = try? backup.bytes.withUnsafeBytes({ try StoredSessionFormat.read(Bytes($0)).token }) {
          let bytes = backup.bytes.withUnsafeBytes { Bytes($0) }
          leaseStore.put(backup.path, StoredSession(bytes: bytes, generation: token.generation))
        }
      } else {
        disk.restore(backup.path, backup.bytes)
      }
    case .lostLease:
      tell { "FAULT: the leases of the store are lost" }
      leaseStore.loseLeases()
    case .diskFull:
      tell { "FAULT: the disk is full for a while" }
      disk.fullUntil = now + choices.variation([Int64(5000), 100, 100_000])
    case .fork:
      tell { "\(process.name) forks" }
      fork?(process)
    case .revocation:
      guard let pair = server.accepted(choices.pick(settings.users) + 1) else { return }
      tell { "the server forgets the access token \(pair.access)" }
      pair.isRevoked = true
    default: return
    }
    occur(fault)
  }

  func kill(_ process: SimulatedProcess) {
    process.isDead = true
    disk.closeAll(of: process)
    for exchange in network.open where exchange.process === process { exchange.abandon() }
    checker.died(process)
  }

  /// Like `ExitGuard.leave`: waits for busy threads, then makes them give up, and then stops waiting.
  func exit(_ process: SimulatedProcess) {
    process.isExiting = true
    awaitIdle(process, until: now + 2000) { [unowned self] in
      process.isGivingUp = true
      awaitIdle(process, until: now + 1500) { [unowned self] in kill(process) }
    }
  }

  private func awaitIdle(_ process: SimulatedProcess, until end: Int64, _ otherwise: @escaping () -> Void) {
    schedule("exit of \(process.name)", after: 2) { [unowned self] in
      if process.isDead { return }
      if process.busy == 0 { return kill(process) }
      if now >= end { return otherwise() }
      awaitIdle(process, until: end, otherwise)
    }
  }
}
