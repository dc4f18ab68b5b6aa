"""Mechanisms of the core, each removed by one small change, which the simulator must detect.

All changes are made in one copy of the sources: `removed("…")` tells at run time whether this mechanism is removed. The
run fails if a change's line is no longer in the file.

Each entry: what is removed, the file, the exact text, and its replacement."""

CORE = "Session/SessionCore+Store.swift"
CORE_FILE = "Session/SessionCore.swift"
REFRESH = "Session/SessionCore+Refresh.swift"
MACHINE = "Session/SessionStateMachine.swift"
CALL = "Calls/CallMachine.swift"
STORE = "Store/SessionStore.swift"
OPENING = "Session/SessionOpening.swift"

MUTATIONS = [
    ("lock of the store", STORE,
     "    let lock = try lock(timeoutMilliseconds, context)",
     '    let lock = removed("lock of the store") ? 0 : try lock(timeoutMilliseconds, context)'),
    ("reading first", CORE,
     "try place.load(lock)\n        let decision",
     'removed("reading first") ? token : try place.load(lock)\n        let decision'),
    ("the account of the stored pair", CORE,
     "if let stored, decision != .anotherUser {",
     'if let stored, decision != .anotherUser, !removed("the account of the stored pair") {'),
    ("saving first", CORE,
     "        case .renewed(let pair):",
     '        case .renewed(let pair):\n          if removed("saving first") {\n'
     "            let now = environment.clock.monotonicMilliseconds()\n"
     "            _ = withState { adopt(pair, &$0, now: now, serverNow: nil) }\n          }"),
    ("saving at all", CORE,
     "          save(pair, in: place, replacing: stored, lock)",
     '          if !removed("saving at all") { save(pair, in: place, replacing: stored, lock) }'),
    ("one refresh at a time", MACHINE,
     "    isRefreshing = true\n    isAcceptedSinceRefreshBegan = false",
     '    isRefreshing = !removed("one refresh at a time")\n    isAcceptedSinceRefreshBegan = false'),
    ("pause after an early refusal", MACHINE,
     "    if isYounger(than: policy.earlyRefusalAge, now: now, serverNow: serverNow) {",
     '    if !removed("pause after an early refusal"),\n'
     "      isYounger(than: policy.earlyRefusalAge, now: now, serverNow: serverNow) {"),
    ("doubt about a pair that was never accepted", MACHINE,
     "      || (isInDoubt || !mayHaveRotated) && mayBeUnsaved(",
     '      || !removed("doubt about a pair that was never accepted")\n'
     "      && (isInDoubt || !mayHaveRotated) && mayBeUnsaved("),
    ("doubt when a call's time is over", CORE_FILE,
     "serverNow: serverNow) ? nil : flight?.verdict",
     'serverNow: serverNow) && !removed("doubt when a call\'s time is over") ? nil : flight?.verdict'),
    ("a refusal may be older than an acceptance", MACHINE,
     "    if !isAccepted { isAcceptedSinceRefreshBegan = true }",
     '    if !isAccepted, !removed("a refusal may be older than an acceptance") { isAcceptedSinceRefreshBegan = true }'),
    ("at most once", CALL,
     "      guard case .session = purpose, error.httpStatus == 401 else { return .finish(.failure(afterRefusals(error))) }",
     '      if removed("at most once"), error.outcome == .unknown { return askForToken() }\n'
     "      guard case .session = purpose, error.httpStatus == 401 else { return .finish(.failure(error)) }"),
    ("comparison of generations", STORE,
     "    try store.backend.save(key, StoredSessionFormat.write(token, key: key), expected, lock)",
     '    let expected = removed("comparison of generations") ? (try load(lock)?.generation ?? 0) : expected\n'
     "    return try store.backend.save(key, StoredSessionFormat.write(token, key: key), expected, lock)"),
    ("place for the result before the request", STORE,
     "    guard let reserve = store.backend.reserve else { return }",
     "    guard let reserve = store.backend.reserve, !removed(\"place for the result before the request\") else { return }"),
    ("release of the lock", STORE,
     "    defer { store.backend.unlock(key, lock) }\n    return try body(lock)",
     '    defer { if !removed("release of the lock") { store.backend.unlock(key, lock) } }\n    return try body(lock)'),
    ("saving again", "Session/SessionCore+Saving.swift",
     "    if isNew { environment.retrier.add(self, environment) }",
     '    if isNew, !removed("saving again") { environment.retrier.add(self, environment) }'),
    ("a server's failure is no refusal", "Session/RefreshFailure.swift",
     "    switch error.outcome {\n    case .unknown where",
     '    if removed("a server\'s failure is no refusal"), error.httpStatus >= 500 {\n'
     "      return .refused(PeerIDError(.loginRequired, .notSent, \"\", httpStatus: 400))\n    }\n"
     "    switch error.outcome {\n    case .unknown where"),
    ("looking again at the store when a session is over", MACHINE,
     "    guard isStored, isOver.isUsedRefreshToken else { return .fail(isOver) }",
     "    guard isStored, isOver.isUsedRefreshToken, !removed(\"looking again at the store when a session is over\")\n"
     "    else { return .fail(isOver) }"),
    ("earlier pairs from a login", MACHINE,
     "    guard other.isPredecessor(of: token) || replacedPairs.contains(other.fingerprint) else",
     '    guard !removed("earlier pairs from a login"),\n'
     "      other.isPredecessor(of: token) || replacedPairs.contains(other.fingerprint) else"),
    ("a pair that the server never saved", MACHINE,
     "    return isAccepted || isYounger(than: policy.foreignDoubtPeriod",
     '    return isAccepted || removed("a pair that the server never saved")\n'
     "      || isYounger(than: policy.foreignDoubtPeriod"),
    ("logging in again", REFRESH,
     "    guard let credentials = ready ?? environment.configuration.relogin?(place?.key) else",
     '    guard !removed("logging in again"),\n'
     "      let credentials = ready ?? environment.configuration.relogin?(place?.key) else"),
    ("logging in again when the pair may be about to be replaced", "Session/StoredPairDecision.swift",
     "    return isNew ? .askAgain : .replace",
     '    return isNew && !removed("logging in again when the pair may be about to be replaced") ? .askAgain : .replace'),
    ("no refresh under way in a child", "Session/SessionCore.swift",
     "      $0.machine.enterChild()",
     '      if !removed("no refresh under way in a child") { $0.machine.enterChild() }'),
    ("removal by a logout", OPENING,
     "        try place.store.backend.remove(place.key, lock)",
     '        if !removed("removal by a logout") { try place.store.backend.remove(place.key, lock) }'),
    ("deadline of a call", "Concurrency/CallContext.swift",
     "    return clock.monotonicMilliseconds() >= deadline ? .timedOut : nil",
     '    return clock.monotonicMilliseconds() >= deadline && !removed("deadline of a call") ? .timedOut : nil'),
    ("one core for each pair", "Session/SessionTable.swift",
     "    guard token.refreshTokenBytes != nil else { return nil }",
     '    guard token.refreshTokenBytes != nil, !removed("one core for each pair") else { return nil }'),
    ("a newer token instead of a refresh", MACHINE,
     "    if token.generation != generation { return .resend(afterMilliseconds: 0) }",
     '    if token.generation != generation, !removed("a newer token instead of a refresh") {\n'
     "      return .resend(afterMilliseconds: 0)\n    }"),
    ("syncing the file", "Store/StoreFile.swift",
     "    if failure == 0, fsync(descriptor.number) != 0 { failure = errno }",
     '    if failure == 0, !removed("syncing the file"), fsync(descriptor.number) != 0 { failure = errno }'),
    ("syncing the folder", "Store/DirectoryStore.swift",
     "    guard rename(new, current) == 0 else { throw .systemCall(\"cannot replace '\\(current)'\") }\n"
     "    try StoreDirectory.sync(path)",
     "    guard rename(new, current) == 0 else { throw .systemCall(\"cannot replace '\\(current)'\") }\n"
     '    if !removed("syncing the folder") { try StoreDirectory.sync(path) }'),
    ("replacing the file as a whole", "Store/DirectoryStore.swift",
     "    try StoreFile.write(session.bytes, to: new)",
     '    if removed("replacing the file as a whole") {\n      try StoreFile.write(session.bytes, to: current)\n'
     "      return true\n    }\n    try StoreFile.write(session.bytes, to: new)"),
    ("order of a login and a refresh", CORE_FILE,
     "      let isNewer = order > state.pairOrder",
     '      let isNewer = order > state.pairOrder || removed("order of a login and a refresh")'),
    ("refreshing the own one of two rival pairs", "Session/StoredPairDecision.swift",
     "    return isUnsaved && stored.renewal",
     '    return isUnsaved && !removed("refreshing the own one of two rival pairs") && stored.renewal'),
    ("a refresh outlives its client", "Session/SessionEnvironment.swift",
     "      closing: refreshClosing\n    )\n  }\n\n  /// The limits of a login",
     '      closing: removed("a refresh outlives its client") ? closing : refreshClosing\n'
     "    )\n  }\n\n  /// The limits of a login"),
    ("the end of calls when their client is closed", "Concurrency/CallContext.swift",
     "    if closing.isSet || ExitGuard.isGivingUp { return .closed }",
     '    if closing.isSet && !removed("the end of calls when their client is closed") || ExitGuard.isGivingUp {\n'
     "      return .closed\n    }"),
    ("generation above that of the stored pair", OPENING,
     "    let newest = max(stored?.generation ?? 0, present?.token.generation ?? 0)",
     '    let newest = removed("generation above that of the stored pair")\n'
     "      ? 0 : max(stored?.generation ?? 0, present?.token.generation ?? 0)"),
]
