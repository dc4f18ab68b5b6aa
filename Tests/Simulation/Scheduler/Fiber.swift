import CFiber
import Glibc

/// A thread of a simulated process.
final class Fiber {
  enum State {
    case ready
    case waiting
    case finished
  }

  private static let stackSize = 256 << 10
  nonisolated(unsafe) private static var freeStacks: [UnsafeMutableRawPointer] = []

  let id: Int
  let name: String
  let process: SimulatedProcess
  var state = State.ready
  /// When a wait times out.
  var wakeAt = Int64.max
  /// An event that ends a wait early.
  var waitsFor: ObjectIdentifier?
  /// How many locks it holds. It does not switch while it holds one, because others may need the lock.
  var heldLocks = 0
  /// How many locks it has taken since the schedule is over.
  var locksAtEnd = 0
  /// Whether its next step touches nothing that another process uses.
  var isPrivate = true
  /// The call that it makes.
  var call: CallRecord?
  private var body: (() -> Void)?
  private let stack: UnsafeMutableRawPointer
  private var position: UnsafeMutableRawPointer?

  nonisolated(unsafe) private static var schedulerPosition: UnsafeMutableRawPointer?

  init(id: Int, name: String, process: SimulatedProcess, _ body: @escaping () -> Void) {
    self.id = id
    self.name = name
    self.process = process
    self.body = body
    stack = Self.freeStacks.popLast() ?? .allocate(byteCount: Self.stackSize, alignment: 16)
    position = fiber_prepare(
      stack,
      Self.stackSize,
      { argument in
        guard let argument else { return }
        Fiber.run(argument)
      },
      Unmanaged.passUnretained(self).toOpaque()
    )
  }

  deinit {
    Self.freeStacks.append(stack)
  }

  private static func run(_ argument: UnsafeMutableRawPointer) {
    let fiber = Unmanaged<Fiber>.fromOpaque(argument)
    fiber._withUnsafeGuaranteedRef { $0.runBody() }
    fiber._withUnsafeGuaranteedRef { $0.leave() }
  }

  private func runBody() {
    body?()
    body = nil
    state = .finished
  }

  /// Runs it until it switches back. Called by the scheduler.
  func enter() {
    fiber_switch(&Self.schedulerPosition, position)
  }

  /// Switches back to the scheduler.
  func leave() {
    fiber_switch(&position, Self.schedulerPosition)
  }
}
