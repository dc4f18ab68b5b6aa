/// A custom store that several machines share, such as a database: its lock is a lease that expires.
final class LeaseStore {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private struct Lease {
    let number: UInt
    let end: Int64
  }

  private unowned let world: World
  private(set) var records: [String: StoredSession] = [:]
  private var leases: [String: Lease] = [:]
  private var lastNumber: UInt = 0

  init(_ world: World) {
    self.world = world
  }

  /// The content at the start, or after a backup was restored.
  func put(_ key: String, _ session: StoredSession) { records[key] = session }

  /// The store object for the application of a process.
  func sessionStore() -> SessionStore {
    nonisolated(unsafe) let store = self
    return .custom(
      load: { key, _ in try store.load(key) },
      save: { key, session, expected, lock in try store.save(key, session, expected) },
      remove: { key, _ in
        try store.begin("remove")
        store.records[key] = nil
      },
      lock: { key, timeout in try store.lock(key, timeout) },
      unlock: { key, lock in store.unlock(key, lock) },
      list: { Array(store.records.keys) }
    )
  }

  /// All leases are lost, without their holders' knowledge.
  func loseLeases() { leases = [:] }

  private func begin(_ doing: String) throws(Failure) {
    guard world.filePoint(nil) else { throw Failure(description: "\(doing): gone") }
    if world.fault(.storeError) { throw Failure(description: "\(doing): no connection") }
  }

  private func load(_ key: String) throws(Failure) -> StoredSession? {
    try begin("load")
    if let found = records[key] { world.note(found.bytes.raw) }
    return records[key]
  }

  private func save(_ key: String, _ session: StoredSession, _ expected: UInt64) throws(Failure) -> Bool {
    try begin("save")
    let isExpected = (records[key]?.generation ?? 0) == expected
    if isExpected {
      world.rememberBackup(key)
      records[key] = session
      world.replacedStored()
    }
    world.note([isExpected ? 1 : 0])
    guard world.filePoint(nil) else { throw Failure(description: "save: gone") }
    if world.fault(.storeError) { throw Failure(description: "save: the connection was lost") }
    return isExpected
  }

  private func lock(_ key: String, _ timeout: Int64) throws(Failure) -> UInt {
    try begin("lock")
    let end = world.now + timeout
    if world.fault(.lateLock) { world.wait(for: nil, until: world.now + min(timeout, 2000)) }
    while let lease = leases[key], lease.end > world.now {
      guard world.now < end else { throw Failure(description: "lock: held") }
      world.wait(for: nil, until: min(world.now + 100, end))
      guard world.filePoint(nil) else { throw Failure(description: "lock: gone") }
    }
    lastNumber += 1
    // The lease time that the documentation requires.
    leases[key] = Lease(number: lastNumber, end: world.now + 2 * max(timeout, world.settings.refreshTimeout))
    world.tell { "locked" }
    return lastNumber
  }

  private func unlock(_ key: String, _ number: UInt) {
    guard world.filePoint(nil), leases[key]?.number == number else { return }
    leases[key] = nil
    world.tell { "unlocked" }
  }

  func hash(into hasher: inout Hasher) {
    for key in records.keys.sorted() {
      hasher.combine(key)
      hasher.combine(records[key]?.data)
      hasher.combine(leases[key]?.end)
    }
  }
}
