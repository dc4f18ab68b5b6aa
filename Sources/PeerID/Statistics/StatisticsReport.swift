extension Statistics {
  private static let shares: [(name: String, thousandths: Int64)] = [
    ("p50", 500), ("p90", 900), ("p99", 990), ("p999", 999),
  ]

  /// All statistics as JSON. The counters are read one after another, so they may not add up exactly while calls end.
  func report(asynchronousInFlight: Int) -> JSONLiteral {
    [
      "calls": .object(
        CallKind.allCases.map { kind in
          (
            kind.rawValue,
            [
              "succeeded": .integer(count(kind, .success)), "not_sent": .integer(count(kind, .notSent)),
              "not_done": .integer(count(kind, .notDone)), "unknown": .integer(count(kind, .unknown)),
            ]
          )
        }
      ),
      "in_flight": [
        "blocking": .integer(max(count(.begun) - count(.ended), 0)),
        "asynchronous": .integer(Int64(asynchronousInFlight)),
      ],
      "resends_after_401": .integer(count(.resends)),
      "refreshes": [
        "started": .integer(count(.refreshesStarted)), "renewed": .integer(count(.refreshesRenewed)),
        "found_newer": .integer(count(.refreshesFoundNewer)), "rejected": .integer(count(.refreshesRejected)),
        "failed": .integer(count(.refreshesFailed)), "unknown": .integer(count(.refreshesUnknown)),
        "waits": .integer(count(.refreshWaits)),
      ],
      "store": [
        "locks": .integer(count(.locks)), "lock_wait_us": .integer(count(.lockMicroseconds)),
        "failures": .integer(count(.storeFailures)),
      ],
      "connections": [
        "opened": .integer(count(.connectionsOpened)), "reused": .integer(count(.connectionsReused)),
      ],
      "latency_us": .object(CallKind.Latency.allCases.map { ($0.rawValue, latency($0)) }),
    ]
  }

  private func latency(_ kind: CallKind.Latency) -> JSONLiteral {
    let (count, bounds, longest) = histogram(kind).percentiles(Self.shares.map { $0.thousandths })
    return .object(
      [("count", .integer(count))] + zip(Self.shares, bounds).map { ($0.name, .integer($1)) }
        + [("max", .integer(longest))]
    )
  }
}
