/// A fault that the sandbox applies to requests.
public struct Fault: Sendable {
  /// What goes wrong.
  public enum Action: Sendable {
    /// The request is processed and answered as usual, after the delay.
    case delay
    /// The request is processed at once; its answer waits for the delay.
    case delayAfter
    /// The refreshed token pairs that are not saved yet are saved first, whatever ``Settings/saveDelay`` is. Then the
    /// request is processed and answered as usual.
    case saveFirst
    /// The connection is closed when the request has been read; nothing is processed.
    case dropBefore
    /// The request is processed and the connection closed without an answer.
    case dropAfter
    /// The request is processed and the connection closed in the middle of the answer.
    case dropMid(Cut)
    /// Another answer is sent; nothing is processed.
    case status(Replacement)
    /// The request is processed, and another answer is sent.
    case statusAfter(Replacement)
    /// The answer says `Connection: close`.
    case closeAfter
    /// The answer is sent as usual. Then the connection is closed without `Connection: close`.
    case hangUp
    /// The server processes the request, but the transaction never reaches the chain. The connection is closed without
    /// an answer.
    case loseBeforeChain
    /// The transaction stays in the node's pool and the connection is closed without an answer. A block includes it
    /// after this time, in milliseconds; with `nil` it expires.
    case holdInPool(includedAfterMilliseconds: Int?)
    /// The node refuses the transaction with this message.
    case refuseOnChain(String)
  }

  /// The position at which an answer is cut off.
  public enum Cut: String, Sendable, CaseIterable {
    /// After half of all its bytes.
    case half
    /// In the middle of its headers.
    case head
    /// In the middle of its body: the headers are complete, and `Content-Length` is larger than what is sent.
    case body
  }

  /// An answer instead of the real one.
  public struct Replacement: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Further headers, such as `Retry-After`.
    public var headers: [(name: String, value: String)]
    /// The body; `nil` for `{"error":"<reason>","status":<status>}`.
    public var body: String?
    /// The type of the body.
    public var contentType: String

    /// Creates an answer.
    public init(
      status: Int,
      headers: [(name: String, value: String)] = [],
      body: String? = nil,
      contentType: String = "application/json; charset=utf-8"
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.contentType = contentType
    }
  }

  /// What goes wrong.
  public var action: Action
  /// The requests to which the fault applies: a path such as `/api/v1/app/operations`, or `*` for all. Faults never
  /// apply to controls.
  public var path: String
  /// The number of requests to which the fault applies; `nil`: all from now on.
  public var times: Int?
  /// The number of matching requests to let pass first.
  public var skip: Int
  /// The delay before the action, or before the answer with ``Action/delayAfter``, in milliseconds; ``untilReleased``
  /// for as long as the test wants.
  public var milliseconds: Int

  /// The delay of a request that waits for ``Sandbox/releaseRequests()``.
  public static let untilReleased = Int.max

  /// Creates a fault.
  public init(
    _ action: Action,
    path: String = "*",
    times: Int? = 1,
    skip: Int = 0,
    milliseconds: Int = 0
  ) {
    self.action = action
    self.path = path
    self.times = times
    self.skip = skip
    self.milliseconds = milliseconds
  }
}

/// The pending faults, oldest first.
struct FaultQueue {
  private(set) var faults: [Fault] = []

  mutating func append(_ fault: Fault) { faults.append(fault) }

  mutating func removeAll() { faults = [] }

  /// Takes the fault for a request to this path, and decrements its count.
  mutating func take(for path: String) -> Fault? {
    guard !faults.isEmpty else { return nil }
    for index in faults.indices where matches(faults[index], path) {
      if faults[index].skip > 0 {
        faults[index].skip -= 1
        continue
      }
      let fault = faults[index]
      if let times = fault.times {
        if times <= 1 { faults.remove(at: index) } else { faults[index].times = times - 1 }
      }
      return fault
    }
    return nil
  }

  private func matches(_ fault: Fault, _ path: String) -> Bool {
    fault.path == "*" || fault.path == path
  }
}
