/// A row of `OutcomeTable`: which answers it matches, and what they prove.
struct OutcomeRow: Sendable {
  /// Who must have written the answer.
  enum Author: Sendable {
    /// PeerID's own envelope.
    case peerID
    /// Anyone: PeerID, or a proxy between the library and PeerID.
    case anyone
  }

  /// The answers that a row matches.
  struct Pattern: Sendable {
    let kinds: [RequestKind]
    let statuses: [ClosedRange<Int>]
    let author: Author
    /// The server's message must contain one of these strings; if there are none, any message matches.
    let texts: [StaticString]
    /// Whether the answer must have a `Retry-After`.
    let needsRetryAfter: Bool

    func matches(_ answer: FailedAnswer) -> Bool {
      kinds.contains(answer.kind)
        && statuses.contains { $0 ~= answer.status }
        && (author == .anyone || answer.isPeerIDs)
        && (!needsRetryAfter || answer.hasRetryAfter)
        && (texts.isEmpty || texts.contains { answer.said.contains($0) })
    }
  }

  /// What these answers prove.
  struct Proof: Sendable {
    let code: ErrorCode
    let outcome: Outcome
    let reason: ErrorReason?
    /// Whether the same request may succeed later.
    let isTransient: Bool
    /// The beginning of the message.
    let what: StaticString
  }

  let pattern: Pattern
  let proof: Proof
  /// The evidence for the row's claim.
  private(set) var source = ""

  // The table calls these functions for each of its rows: inlining them would only add code.

  @inline(never)
  static func answers(
    _ kinds: [RequestKind],
    _ statuses: ClosedRange<Int>...,
    by author: Author = .anyone,
    saying texts: [StaticString] = [],
    needsRetryAfter: Bool = false
  ) -> Pattern {
    Pattern(kinds: kinds, statuses: statuses, author: author, texts: texts, needsRetryAfter: needsRetryAfter)
  }

  @inline(never)
  func because(_ source: String) -> OutcomeRow {
    var row = self
    row.source = source
    return row
  }
}

extension OutcomeRow.Pattern {
  @inline(never)
  func prove(
    _ code: ErrorCode,
    _ outcome: Outcome,
    _ reason: ErrorReason? = nil,
    isTransient: Bool = false,
    what: StaticString
  ) -> OutcomeRow {
    let proof = OutcomeRow.Proof(code: code, outcome: outcome, reason: reason, isTransient: isTransient, what: what)
    return OutcomeRow(pattern: self, proof: proof)
  }
}

/// The parts of a failed answer that `OutcomeTable` checks.
struct FailedAnswer {
  let kind: RequestKind
  let status: Int
  /// Whether the body is PeerID's own envelope.
  let isPeerIDs: Bool
  let hasRetryAfter: Bool
  /// The server's message. The transaction in a refusal of the node is removed, because a transaction may contain any
  /// text from the caller.
  let said: Bytes
}
