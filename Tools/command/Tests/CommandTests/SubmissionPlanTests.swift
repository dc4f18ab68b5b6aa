import Testing

@testable import peerid_command

@Suite("Which transactions are sent after an earlier run")
struct SubmissionPlanTests {
  private static let head = JournalHead(SessionKey(user: "alice", clientID: "4", baseURL: "https://peerid.example"))

  /// Three transactions.
  private static let transactions = (1...3).map {
    Transaction(number: $0, line: $0, text: #"{"n":\#($0)}"#, source: "")
  }

  private static func history(_ states: [TransactionState?], head: JournalHead = head) -> JournalHistory {
    var history = JournalHistory()
    history.head = head
    for (index, state) in states.enumerated() {
      guard let state else { continue }
      let text = transactions[index].text
      history.add(JournalEntry(index + 1, .sending, operations: text))
      history.add(JournalEntry(index + 1, state))
    }
    return history
  }

  @Test(
    "resuming sends what was not done, and nothing that was or may have been done",
    arguments: [
      ([nil, nil, nil], [1, 2, 3]),
      ([.done, nil, nil], [2, 3]),
      ([.done, .notDone, nil], [2, 3]),
      ([.notSent, .done, .done], [1]),
      ([.sending, nil, nil], [2, 3]),
      ([.unknown, .notDone, .done], [2]),
      ([.needsConfirmation, .done, nil], [3]),
      ([.done, .done, .done], []),
    ] as [([TransactionState?], [Int])]
  )
  func resume(states: [TransactionState?], sent: [Int]) throws {
    let plan = try SubmissionPlan.make(.resume, Self.transactions, Self.history(states), head: Self.head)
    #expect(plan.transactions.map(\.number) == sent)
    #expect(Set(plan.earlier.keys).isDisjoint(with: sent))
  }

  @Test(
    "without --resume, a run after one that is not complete is refused",
    arguments: [
      ([nil, nil, nil], true),
      ([.notDone, .notSent, .notDone], true),
      ([.done, .done, .done], true),
      ([.done, .needsConfirmation, .done], true),
      ([.done, nil, nil], false),
      ([.done, .notDone, .done], false),
      ([.sending, nil, nil], false),
      ([.done, .done, .unknown], false),
    ] as [([TransactionState?], Bool)]
  )
  func once(states: [TransactionState?], isAllowed: Bool) throws {
    let history = Self.history(states)
    guard isAllowed else {
      #expect(throws: Failure.self) {
        try SubmissionPlan.make(.once, Self.transactions, history, head: Self.head)
      }
      return
    }
    let plan = try SubmissionPlan.make(.once, Self.transactions, history, head: Self.head)
    #expect(plan.isNew)
    #expect(plan.transactions == Self.transactions)
  }

  @Test("a complete run of a shorter file is not a complete run of this one")
  func appended() {
    #expect(throws: Failure.self) {
      try SubmissionPlan.make(.once, Self.transactions, Self.history([.done, .done]), head: Self.head)
    }
  }

  @Test("--again sends everything, whatever was done")
  func again() throws {
    let history = Self.history([.done, .unknown, nil])
    let plan = try SubmissionPlan.make(.again, Self.transactions, history, head: Self.head)
    #expect(plan.isNew)
    #expect(plan.transactions == Self.transactions)
  }

  @Test("a journal of another user, application or server is not resumed")
  func otherHead() {
    for key in [
      SessionKey(user: "bob", clientID: "4", baseURL: "https://peerid.example"),
      SessionKey(user: "alice", clientID: "5", baseURL: "https://peerid.example"),
      SessionKey(user: "alice", clientID: "4", baseURL: "https://other.example"),
    ] {
      let history = Self.history([.done, nil, nil], head: JournalHead(key))
      #expect(throws: Failure.self) {
        try SubmissionPlan.make(.resume, Self.transactions, history, head: Self.head)
      }
    }
  }

  @Test("a transaction that was or may have been done must not change; one that was not done may be corrected")
  func changed() throws {
    var changed = Self.transactions
    changed[1] = Transaction(number: 2, line: 2, text: #"{"n":20}"#, source: "")
    for state in [TransactionState.done, .sending, .unknown] {
      #expect(throws: Failure.self) {
        try SubmissionPlan.make(.resume, changed, Self.history([.done, state]), head: Self.head)
      }
    }
    let plan = try SubmissionPlan.make(.resume, changed, Self.history([.done, .notDone]), head: Self.head)
    #expect(plan.transactions == [changed[1], changed[2]])
    #expect(throws: Failure.self) {
      try SubmissionPlan.make(.resume, [Self.transactions[0]], Self.history([.done, .done]), head: Self.head)
    }
  }
}
