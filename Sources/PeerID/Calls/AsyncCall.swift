/// One asynchronous call on the event loop. Used only on the loop's thread.
final class AsyncCall: @unchecked Sendable {
  let id: UInt64
  let tag: UInt64
  var call: Call
  let context: CallContext
  let queue: CompletionQueue
  let engine: CallEngine
  var machine: CallMachine
  /// The next step, carried out when it is the call's turn.
  var nextStep: CallMachine.Step
  /// The session's answer to the last question.
  var reply: SessionCore.Reply?
  private(set) var isDone = false
  var isSending = false
  /// Whether a task thread is running the call.
  var isRunningTask = false
  /// The generation of the token that was sent last.
  var sentGeneration: UInt64?
  /// Whether the call is waiting for a timer.
  var isPausing = false
  /// Why the call has to end while its task is running. The call ends when the task returns or waits for a store.
  var interruption: CallContext.Interruption?

  init(id: UInt64, tag: UInt64, call: Call, context: CallContext, queue: CompletionQueue, engine: CallEngine) {
    self.id = id
    self.tag = tag
    self.call = call
    self.context = context
    self.queue = queue
    self.engine = engine
    machine = call.machine
    nextStep = machine.next(.started)
  }

  /// Ends the call; returns `nil` if it has already ended.
  func complete(_ result: Result<CallResult, PeerIDError>) -> FinishedCall? {
    if isDone { return nil }
    isDone = true
    return FinishedCall(tag: tag, id: id, result: result, engine: engine)
  }
}

/// How an asynchronous call ended.
struct FinishedCall: Sendable {
  let tag: UInt64
  let id: UInt64
  let result: Result<CallResult, PeerIDError>
  /// The engine of this call. If the call began a session, that session uses the same engine.
  let engine: CallEngine
}
