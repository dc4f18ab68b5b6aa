internal import PeerID

/// The number of requests for each path, and how they were answered.
struct RequestCounts {
  /// The maximum number of paths that are counted, since clients can send any path.
  private static let pathLimit = 10_000

  private struct Entry {
    var total = 0
    var byOutcome: [String: Int] = [:]
  }

  private var entries: [String: Entry] = [:]

  /// Counts a request that has arrived.
  mutating func arrived(_ path: String) {
    guard entries.count < Self.pathLimit || entries[path] != nil else { return }
    entries[path, default: Entry()].total += 1
  }

  /// Counts the outcome: a status, or `dropped` without a complete answer.
  mutating func ended(_ path: String, _ outcome: String) {
    entries[path]?.byOutcome[outcome, default: 0] += 1
  }

  mutating func removeAll() { entries = [:] }

  /// The number of requests for a method and path, such as `POST /api/v1/app/operations`.
  func total(_ path: String) -> Int { entries[path]?.total ?? 0 }

  /// The number of requests for a method and path that had this outcome.
  func count(_ path: String, _ outcome: String) -> Int { entries[path]?.byOutcome[outcome] ?? 0 }

  var literal: JSONLiteral {
    .object(
      entries.sorted { $0.key < $1.key }.map { path, entry in
        let outcomes = entry.byOutcome.sorted { $0.key < $1.key }.map { ($0.key, JSONLiteral.integer(Int64($0.value))) }
        return (path, .object([("total", .integer(Int64(entry.total)))] + outcomes))
      }
    )
  }
}
