internal import PeerID

/// A request that a sandbox has received. Nothing is masked, not even passwords and tokens.
public struct RecordedRequest: Sendable {
  /// The number of the request, from 1; resets do not change the numbering.
  public let sequence: UInt64
  /// The time when the whole request had been read, in microseconds since 1970 by the machine's clock.
  public let arrivedMicroseconds: Int64
  /// The method.
  public let method: String
  /// The path, without the query.
  public let path: String
  /// The query, percent-encoded as in the request.
  public let query: String
  /// The headers, in the order of the request.
  public let headers: [(name: String, value: String)]
  /// The body as text.
  public let body: String
  /// The kind of the fault that applied to the request, such as `drop_after`.
  public let fault: String?
  /// Whether the request was processed as PeerID would.
  public let isProcessed: Bool
  /// The status of the answer, even if it was not sent.
  public let status: Int?
  /// The body of that answer.
  public let answer: String?
  /// When the answer was passed to the socket, or the connection closed, in microseconds since 1970.
  public let answeredMicroseconds: Int64?
  /// The time when the request had ended, in microseconds since 1970.
  public let endedMicroseconds: Int64?
  /// Whether the whole answer was sent; `nil` until that is known.
  public let isDelivered: Bool?

  init(_ entry: LoggedRequest) {
    sequence = entry.sequence
    arrivedMicroseconds = entry.arrived
    method = entry.request.method
    path = entry.request.path
    query = entry.request.query
    headers = entry.request.headers
    body = String(decoding: entry.request.body, as: UTF8.self)
    fault = entry.fault
    isProcessed = entry.isProcessed
    status = entry.answer?.status
    answer = entry.answer?.body.text
    answeredMicroseconds = entry.answered
    endedMicroseconds = entry.ended
    isDelivered = entry.isDelivered
  }
}

/// An operation that the sandbox's chain has executed.
public struct RecordedOperation: Sendable {
  /// The number of the operation, counted from 1.
  public let number: Int
  /// The name, such as `transfer`.
  public let name: String
  /// The operation as the chain echoes it, `[id,{…}]`, as JSON text.
  public let json: String
  /// The id of its transaction.
  public let transactionID: String
  /// The number of its block.
  public let block: Int64
  /// The user for whom the operation was executed.
  public let username: String
  /// The app that requested the operation.
  public let clientID: Int
  /// The number of the request that contained the operation.
  public let requestSequence: UInt64
}

/// A stored token pair.
public struct RecordedTokenPair: Sendable {
  /// The number of the token pair; a refresh does not change it.
  public let id: Int
  /// The user of the token pair.
  public let username: String
  /// The app of the token pair.
  public let clientID: Int
  /// The access token.
  public let accessToken: String
  /// The refresh token.
  public let refreshToken: String
  /// When the access token expires, in milliseconds since 1970 by the sandbox's clock.
  public let expiresMilliseconds: Int64
}
