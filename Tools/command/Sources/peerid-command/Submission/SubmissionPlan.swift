/// Which transactions of a file are sent, given the journal of earlier runs. A pure decision.
struct SubmissionPlan: Equatable {
  /// What the user asked for.
  enum Mode {
    /// Neither of the others.
    case once
    case resume
    case again
  }

  /// Whether a new journal is begun.
  let isNew: Bool
  /// What is sent, in this order.
  let transactions: [Transaction]
  /// What is known of the others.
  let earlier: [Int: TransactionState]

  /// Decides what this run, which would send for `head`, does with the transactions of the file. Fails when sending
  /// could do something twice, or when the journal belongs to something else.
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
      // An earlier run that was completed, or that did nothing, is over: this is a new one.
      let numbers = transactions.map(\.number)
      let isComplete =
        numbers.allSatisfy { history.states[$0]?.isComplete == true } && history.states.count == numbers.count
      if isComplete || !history.states.values.contains(where: \.forbidsSending) {
        return SubmissionPlan(isNew: true, transactions: transactions, earlier: [:])
      }
      throw Failure(
        .usage,
        "an earlier run of this file is not complete (\(count(history, of: transactions.count))): --resume goes on "
          + "with what is missing; --again submits everything once more, also what was done"
      )
    case .resume:
      guard earlierHead == head else {
        throw Failure(
          .usage,
          "the earlier run was for '\(earlierHead.user)' with application \(earlierHead.clientID) on "
            + "\(earlierHead.server), and this one is not"
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

  /// Transactions may be added at the end of the file; those that were sent must be the same.
  private static func checkUnchanged(_ transactions: [Transaction], _ history: JournalHistory) throws(Failure) {
    for (number, text) in history.operations.sorted(by: { $0.key < $1.key })
    where history.states[number]?.forbidsSending == true {
      guard number <= transactions.count, transactions[number - 1].text == text else {
        throw Failure(
          .usage,
          "transaction \(number) of the file is not the one that was submitted: the file was changed after that. "
            + "Put it back, or remove from it what was done and use --again"
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
