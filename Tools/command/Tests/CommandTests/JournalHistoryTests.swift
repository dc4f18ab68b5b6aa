import Testing

@testable import peerid_command

@Suite("What a journal tells")
struct JournalHistoryTests {
  private static let head =
    #"{"journal":"peerid submit","version":1,"user":"alice","client_id":"4","server":"https://h"}"#
  private static let sending = #"{"n":1,"state":"sending","time":"t1","operations":"{\"a\":1}"}"#
  private static let done = #"{"n":1,"state":"done","time":"t2","transaction_id":"ab"}"#

  private func read(_ text: String) throws -> JournalHistory { try JournalHistory(Array(text.utf8), "j") }

  @Test("the last entry of a transaction counts")
  func states() throws {
    let history = try read("\(Self.head)\n\(Self.sending)\n\(Self.done)\n")
    #expect(history.states == [1: .done])
    #expect(history.operations == [1: #"{"a":1}"#])
    #expect(history.sent == [1: "t1"])
    #expect(history.unknown.isEmpty)
    #expect(history.head?.key == SessionKey(user: "alice", clientID: "4", baseURL: "https://h"))
  }

  @Test("a transaction that was sent and got no answer is unknown")
  func unknown() throws {
    #expect(try read("\(Self.head)\n\(Self.sending)\n").unknown == [1])
  }

  @Test("an incomplete line is ignored")
  func torn() throws {
    let whole = "\(Self.head)\n\(Self.sending)\n"
    for count in 0..<Self.done.utf8.count {
      let history = try read(whole + Self.done.prefix(count))
      #expect(history.states == [1: .sending])
      #expect(history.wholeBytes == whole.utf8.count)
    }
    #expect(try read(String(Self.head.prefix(20))) == JournalHistory())
  }

  @Test("what this program did not write is refused")
  func foreign() {
    for text in ["notes\n", "{}\n", #"{"journal":"peerid submit","version":2}"# + "\n", "\(Self.head)\n{}\n"] {
      #expect(throws: Failure.self) { try read(text) }
    }
  }

  @Test("what is written can be read", arguments: TransactionState.allCases)
  func roundTrip(state: TransactionState) throws {
    let place = ChainPlace(transactionID: "ab", block: 5, number: 0)
    let entry = JournalEntry(7, state, operations: "{\"text\":\"ü\\n\"}", mark: "{}", place: place)
    let history = try read("\(Self.head)\n\(entry.json([("error", .object([]))]).text)\n")
    #expect(history.states == [7: state])
    #expect(history.operations[7] == entry.operations)
    #expect(history.places[7] == (state == .done ? place : nil))
    #expect(history.marks[7] == (state == .sending ? "{}" : nil))
  }
}
