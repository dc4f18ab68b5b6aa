/// Decides which transactions of a file to send, given the journal of earlier runs. A pure decision.
struct SubmissionPlan: Equatable {
  /// The mode that the user chose.
  enum Mode {
    /// Without --resume and --again.
    case once
    case resume
    case again
  }

  /// Whether to begin a new journal.
  let isNew: Bool
  /// The transactions to send, in this order.
  let transactions: [Transaction]
  /// The known states of the other transactions.
  let earlier: [Int: TransactionState]

  /// Makes the plan for this run, whose user, application and server are in `head`. Throws if sending could do
  /// something twice, or if the journal belongs to another user, application or server.
  static func make(
    _ mode: Mode,
    _ transactions: [Transaction],
    _ history: JournalHistory,
    head: JournalHead
  ) throws(Failure) -> SubmissionPlan {
    guard let earlierHead = history.head, !history.states.isEmpty else {
      return SubmissionPlan(isNew: true, transactions: transactions, earlier: [:])
    }
    switch mode {
    case .again: return SubmissionPlan(isNew: true, transactions: transactions, earlier: [:])
    case .once:
      // If the earlier run was complete or did nothing, this is a new run.
      let numbers = transactions.map(\.number)
      let isComplete =
        numbers.allSatisfy { history.states[$0]?.isComplete == true } && history.states.count == numbers.count
      if isComplete || !history.states.values.contains(where: \.forbidsSending) {
        return SubmissionPlan(isNew: true, transactions: transactions, earlier: [:])
      }
      throw Failure(
        .usage,
        "an earlier run of this file is incomplete (\(count(history, of: transactions.count))): --resume sends the "
          + "missing transactions; --again submits all of them again, including those that were done"
      )
    case .resume:
      guard earlierHead == head else {
        throw Failure(
          .usage,
          "the earlier run was for '\(earlierHead.user)' with application \(earlierHead.clientID) on "
            + "\(earlierHead.server), but this run is not"
        )
      }
      try checkUnchanged(transactions, history)
      let earlier = history.states.filter { $0.value.forbidsSending }
      return SubmissionPlan(
        isNew: false,
        transactions: transactions.filter { earlier[$0.number] == nil },
        earlier: earlier
      )
    }
  }

  /// Transactions can be added at the end of the file. Those that were sent must be unchanged.
  private static func checkUnchanged(_ transactions: [Transaction], _ history: JournalHistory) throws(Failure) {
    for (number, text) in history.operations.sorted(by: { $0.key < $1.key })
    where history.states[number]?.forbidsSending == true {
      guard number <= transactions.count, transactions[number - 1].text == text else {
        throw Failure(
          .usage,
          "transaction \(number) of the file differs from the one that was submitted: the file has changed. "
            + "Restore the file, or remove the transactions that were done and use --again"
        )
      }
    }
  }

  private static func count(_ history: JournalHistory, of total: Int) -> String {
    let done = history.states.values.count(where: \.isComplete)
    let unknown = history.unknown.count
    return "\(done) of \(total) done" + (unknown > 0 ? ", \(unknown) unknown" : "")
  }
}
