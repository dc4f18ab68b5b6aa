/// One asynchronous call, from its beginning to its completion. Only the event loop's thread looks into it.
final class AsyncCall: @unchecked Sendable {
  /// What the call wants.
  enum Work {
    /// An operation, a confirmation or a broadcast.
    case session(Session, SessionCall, OperationBatch?)
    case refresh(Session, generation: UInt64)
    /// A token to lend, after a refusal of this generation (0: after none).
    case token(Session, refused: UInt64)
    case read(HTTPRequest)
  }

  let id: UInt64
  let tag: UInt64
  let work: Work
  let context: CallContext
  let queue: CompletionQueue
  var attempts = SessionStateMachine.Attempts()
  /// The generation of the token that was sent last.
  var generation: UInt64 = 0
  private(set) var isDone = false
  var isSending = false
  /// Whether the call rests until a refresh is over.
  var isParked = false
  /// Whether the call waits for a point in time before it sends again.
  var isPausing = false
  /// The refusal that made the call wait for a refresh; after it the state machine is asked about that refusal again.
  var refusal: PeerIDError?
  /// The refresh that the call has waited for.
  var flight: RefreshFlight?

  init(id: UInt64, tag: UInt64, work: Work, context: CallContext, queue: CompletionQueue) {
    self.id = id
    self.tag = tag
    self.work = work
    self.context = context
    self.queue = queue
  }

  /// Ends the call, once: `nil` when it has ended before.
  func complete(_ outcome: Completion.Outcome) -> Completion? {
    if isDone { return nil }
    isDone = true
    return Completion(tag: tag, id: id, outcome: outcome)
  }

  /// The outcome to tell when the call has to end while it is not sending: after HTTP 401 the server has refused it.
  ///
  /// A refresh that was asked for goes on, and nobody knows yet how it ends.
  var restingOutcome: Outcome {
    if flight != nil { return .unknown }
    return attempts.refusals > 0 ? .notDone : .notSent
  }

  /// What the call does while it is not sending, as a blocking call would say it.
  var pastime: String {
    if isParked { return "waiting for the token to be refreshed" }
    return attempts.refusals > 0 ? "waiting for the server to know its new token" : "waiting to be sent"
  }

  /// What sending the call's request twice would do.
  var effect: HTTPRequest.Effect {
    if case .read = work { .reads } else { .changes }
  }
}
