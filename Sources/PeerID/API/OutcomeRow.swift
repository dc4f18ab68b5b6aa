/// A row of `OutcomeTable`: which answers it matches, and what they prove.
struct OutcomeRow: Sendable {
  /// Who must have written the answer.
  enum Author: Sendable {
    /// PeerID's own envelope.
    case peerID
    /// Anyone: PeerID, or a proxy between the library and PeerID.
    case anyone
  }

  // What the row matches.
  let kinds: [RequestKind]
  let statuses: [ClosedRange<Int>]
  let author: Author
  /// The server's message must contain one of these texts; empty: any message.
  let texts: [StaticString]
  /// Whether the answer must have a `Retry-After`.
  let needsRetryAfter: Bool

  // What it proves.
  let code: ErrorCode
  let outcome: Outcome
  let reason: ErrorReason?
  /// Whether the same request may succeed later.
  let isTransient: Bool
  /// The beginning of the message.
  let what: StaticString
  /// What proves it.
  let source: String

  init(
    _ kinds: [RequestKind],
    _ statuses: ClosedRange<Int>...,
    by author: Author = .anyone,
    saying texts: [StaticString] = [],
    needsRetryAfter: Bool = false,
    shows code: ErrorCode,
    _ outcome: Outcome,
    reason: ErrorReason? = nil,
    isTransient: Bool = false,
    what: StaticString,
    source: String
  ) {
    self.kinds = kinds
    self.statuses = statuses
    self.author = author
    self.texts = texts
    self.needsRetryAfter = needsRetryAfter
    self.code = code
    self.outcome = outcome
    self.reason = reason
    self.isTransient = isTransient
    self.what = what
    self.source = source
  }

  func matches(_ answer: FailedAnswer) -> Bool {
    kinds.contains(answer.kind)
      && statuses.contains { $0 ~= answer.status }
      && (author == .anyone || answer.isPeerIDs)
      && (!needsRetryAfter || answer.hasRetryAfter)
      && (texts.isEmpty || texts.contains { answer.said.contains($0) })
  }
}

/// The parts of a failed answer that `OutcomeTable` checks.
struct FailedAnswer {
  let kind: RequestKind
  let status: Int
  /// Whether it is PeerID's own envelope.
  let isPeerIDs: Bool
  let hasRetryAfter: Bool
  /// What the server says, without the transaction behind a refusal of the node: that may hold any text of the caller.
  let said: Bytes
}
