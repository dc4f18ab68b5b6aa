/// The faults that a schedule may contain.
enum Fault: Int, CaseIterable, Hashable {
  // At any step.
  case kill
  case powerLoss
  case freeze
  case exit
  case fork
  case wallClockJump
  case rollback
  case lostLease
  case diskFull
  /// The server forgets an access token.
  case revocation
  // At a request.
  case unreachable
  case lostRequest
  case lostAnswer
  case slowAnswer
  case doubled
  case serverError
  case chainRefusal
  case lateSave
  /// The server fails between the answer to a refresh and saving the new pair.
  case neverSaved
  // At the store.
  case diskError
  case storeError
  case lateLock

  /// Those that the scheduler brings in between two steps.
  static let betweenSteps: [Fault] = [
    .kill, .powerLoss, .freeze, .exit, .fork, .wallClockJump, .rollback, .lostLease, .diskFull, .revocation,
  ]
}

extension Fault {
  /// Whether it happens to one process.
  var hasOneVictim: Bool { [.kill, .freeze, .exit, .fork, .wallClockJump].contains(self) }
  /// Whether it matters how far a process is that does what concerns no other.
  var seesPrivateSteps: Bool { [.kill, .powerLoss, .diskFull].contains(self) }
}

/// The settings of a world. A seed decides it, or the walk through small worlds.
struct WorldSettings {
  enum Store {
    case directory
    case lease
    case none
  }

  var store = Store.directory
  var processes = 2
  /// How many users there are, each with a pair under a key of its own.
  var users = 1
  var threads = 1
  var callsPerThread = 1
  /// The kinds of calls; all of them when there are none.
  var actions: [Action] = []
  /// The calls of each process, where they are prescribed.
  var scripts: [[Action]] = []
  /// Whether the server refuses the access token that the store holds at the beginning.
  var isRefused = false
  var faults: Set<Fault> = []
  var faultBudget = 0
  /// For how long a new access token lives, in milliseconds.
  var tokenLifetime: Int64 = 90 * 86_400_000
  /// How much of that is left when the world begins.
  var remainingLifetime: Int64 = 90 * 86_400_000
  var isStored = true
  var relogin = false
  var logsOut = false
  var refreshTimeout: Int64 = 30_000
  var requestTimeout: Int64 = 60_000
  /// One call in so many is asynchronous; none when 0.
  var asynchronousRarity = 0
  /// Between 0 and this many milliseconds go by until the server has saved a new pair.
  var saveDelay: Int64 = 0
  /// One step in so many switches threads at a lock.
  var lockSwitchRarity = 4
}
