internal import PeerID

/// One request that the sandbox has received. Nothing is masked, not even tokens and passwords.
struct LoggedRequest {
  /// The number of the request, from 1; resets do not change the numbering.
  let sequence: UInt64
  /// The time when the whole request had been read, in microseconds since 1970.
  let arrived: Int64
  let request: HTTPRequest
  /// The fault that applied to the request.
  let fault: String?
  /// Whether the request was processed as PeerID would.
  var isProcessed = false
  /// The answer, even if a fault prevented it from being sent.
  var answer: HTTPAnswer?
  /// When the answer was passed to the socket, or the connection closed.
  var answered: Int64?
  /// When the last byte of the answer was sent, or the request ended in another way.
  var ended: Int64?
  /// Whether the whole answer was sent; `nil` until that is known.
  var isDelivered: Bool?
}

/// The last requests, oldest first.
struct RequestLog {
  private var ring = Ring<LoggedRequest>(capacity: 1_000)
  private(set) var lastSequence: UInt64 = 0

  /// The number for a new request.
  mutating func nextSequence() -> UInt64 {
    lastSequence += 1
    return lastSequence
  }

  mutating func append(_ request: LoggedRequest) { ring.append(request) }

  mutating func resize(to length: Int) { ring.resize(to: length) }

  mutating func removeAll() { ring.removeAll() }

  var requests: [LoggedRequest] { ring.elements }

  /// Changes the entry with this number, if the log still contains it.
  mutating func update(_ sequence: UInt64, _ change: (inout LoggedRequest) -> Void) {
    // The newest entry has the last number, unless the log has just been emptied.
    guard let newest = ring[back: 0]?.sequence, newest >= sequence, let back = Int(exactly: newest - sequence) else {
      return
    }
    guard var entry = ring[back: back], entry.sequence == sequence else { return }
    change(&entry)
    ring[back: back] = entry
  }
}

extension LoggedRequest {
  var literal: JSONLiteral {
    [
      "sequence": .integer(Int64(clamping: sequence)),
      "arrived_us": .integer(arrived),
      "method": .string(request.method),
      "path": .string(request.path),
      "query": .string(request.query),
      "headers": .object(request.headers.map { ($0.name, .string($0.value)) }),
      "body": .string(String(decoding: request.body, as: UTF8.self)),
      "fault": fault.map { .string($0) } ?? .null,
      "processed": .boolean(isProcessed),
      "status": answer.map { .integer(Int64($0.status)) } ?? .null,
      "answer": answer.map { .string($0.body.text) } ?? .null,
      "answered_us": answered.map { .integer($0) } ?? .null,
      "ended_us": ended.map { .integer($0) } ?? .null,
      "delivered": isDelivered.map { .boolean($0) } ?? .null,
    ]
  }
}
