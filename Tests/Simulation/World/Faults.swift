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

  /// Faults that the scheduler causes between two steps.
  static let betweenSteps: [Fault] = [
    .kill, .powerLoss, .freeze, .exit, .fork, .wallClockJump, .rollback, .lostLease, .diskFull, .revocation,
  ]
}

extension Fault {
  /// Whether it affects one process.
  var hasOneVictim: Bool {
    switch self {
    case .kill, .freeze, .exit, .fork, .wallClockJump: true
    default: false
    }
  }
  /// Whether it matters how far a process has come with steps that no other process notices.
  var seesPrivateSteps: Bool {
    switch self {
    case .kill, .powerLoss, .diskFull: true
    default: false
    }
  }
}

/// The settings of a world, chosen by a seed or by the walk through small worlds.
struct WorldSettings {
  enum Store {
    case directory
    case lease
    case none
  }

  var store = Store.directory
  var processes = 2
  /// The number of users, each with a pair under its own key.
  var users = 1
  var threads = 1
  var callsPerThread = 1
  /// The kinds of calls; empty: all of them.
  var actions: [Action] = []
  /// The calls of each process, if they are prescribed.
  var scripts: [[Action]] = []
  /// Whether the server refuses the access token that the store contains at the start.
  var isRefused = false
  var faults: Set<Fault> = []
  var faultBudget = 0
  /// The lifetime of a new access token, in milliseconds.
  var tokenLifetime: Int64 = 90 * 86_400_000
  /// The remaining lifetime at the start of the world.
  var remainingLifetime: Int64 = 90 * 86_400_000
  var isStored = true
  var relogin = false
  var logsOut = false
  var refreshTimeout: Int64 = 30_000
  var requestTimeout: Int64 = 60_000
  /// One call in this many is asynchronous; 0: none.
  var asynchronousRarity = 0
  /// The server saves a new pair after 0 to this many milliseconds.
  var saveDelay: Int64 = 0
  /// One lock in this many switches threads.
  var lockSwitchRarity = 4
}
