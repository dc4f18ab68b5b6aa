internal import PeerID

/// `GET /sandbox/requests?at_least=N&wait_ms=M`: waits for requests, so that clients do not have to poll.
struct RequestCondition {
  let waitMilliseconds: Int64
  private let query: JSONValue
  private let count: Int

  /// The condition in a request for the log, if it has one.
  init?(_ request: HTTPRequest) {
    guard request.query.contains("at_least="), request.route == HTTPRequest.controlPrefix + "/requests" else {
      return nil
    }
    query = NestedParameters.parse(request.query).root
    count = query["at_least"]?.string.flatMap { Int($0) } ?? 1
    waitMilliseconds = min(query["wait_ms"]?.string.flatMap { Int64($0) } ?? 5_000, 600_000)
  }

  func holds(_ state: SandboxState) -> Bool { state.requests(query).count >= count }
}

/// The requests, operations and tokens of the sandbox, as its controls show them.
extension SandboxState {
  /// The logged requests; `after=SEQUENCE`, `path=…` and `limit=N` (the newest ones) select some of them.
  func requests(_ query: JSONValue) -> [LoggedRequest] {
    let after = query["after"]?.string.flatMap { UInt64($0) } ?? 0
    let path = query["path"]?.string
    let limit = query["limit"]?.string.flatMap { Int($0) } ?? .max
    let found = log.requests.filter { $0.sequence > after && (path == nil || $0.request.path == path) }
    return Array(found.suffix(max(limit, 0)))
  }

  var executedLiteral: JSONLiteral {
    [
      "transactions": .integer(Int64(chain.transactionCount)),
      "count": .integer(Int64(chain.operationCount)),
      "operations": .array(executed.map { executedLiteral($0) }),
      "waiting": .integer(Int64(chain.pool.count)),
    ]
  }

  /// The operations of applications, without those of the server itself.
  var executed: [ExecutedOperation] { chain.history.elements.filter(\.origin.isApplication) }

  func executedLiteral(_ entry: ExecutedOperation) -> JSONLiteral {
    [
      "number": .integer(Int64(entry.number)),
      "op_name": .string(entry.operation.name),
      "operation": entry.operation.literal,
      "transaction_id": .string(entry.transactionID),
      "block_num": .integer(entry.block),
      "user": .string(user(id: entry.origin.userID)?.username ?? ""),
      "app": .integer(Int64(entry.origin.clientID)),
      "request": .integer(Int64(clamping: entry.origin.requestSequence)),
    ]
  }
}

extension RequestLog {
  /// An empty log that keeps its numbering.
  var emptied: RequestLog {
    var log = self
    log.removeAll()
    return log
  }
}
