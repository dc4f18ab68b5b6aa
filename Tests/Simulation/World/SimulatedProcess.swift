/// A process that uses the library: its client, its sessions, and its state in the system.
final class SimulatedProcess {
  let id: Int
  let name: String
  var isDead = false
  var frozenUntil = Int64.min
  /// The total time for which it was frozen, in milliseconds.
  var frozenFor: Int64 = 0
  var forks = 0
  var busy = 0
  var isExiting = false
  var isGivingUp = false
  var wallOffset: Int64 = 0
  /// The clock of a process that is being ended advances by itself.
  var ghostTime: Int64 = 0
  var client: Client?
  var sessions: [Int: Session] = [:]
  /// Users that this process has logged out.
  var hasClosed = false
  /// A digest of everything that its threads have done and seen.
  var history: UInt64 = 0

  init(id: Int, name: String) {
    self.id = id
    self.name = name
  }
}
