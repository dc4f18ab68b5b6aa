import Testing

@testable import PeerID

/// Finding the blockchain account of a user.
@Suite struct AccountDecisionTests {
  private static let made = Account(id: "1.2.31", name: "pi-alice")
  private static let plain = Account(id: "1.2.99", name: "alice")

  @Test func `the server names an account by the user's name in lower case`() {
    #expect(AccountDecision.names(ofUser: "Alice-7") == ["pi-alice-7", "alice-7"])
    #expect(AccountDecision.names(ofUser: "pi-alice") == ["pi-pi-alice", "pi-alice"])
  }

  @Test(
    arguments: [
      ([], AccountDecision.none),
      ([(made, .absent)], .none),
      ([(made, .absent), (plain, .absent)], .none),
      ([(made, .present)], .found(made, isVerified: true)),
      ([(plain, .present)], .found(plain, isVerified: true)),
      ([(made, .absent), (plain, .present)], .found(plain, isVerified: true)),
      ([(made, .present), (plain, .absent)], .found(made, isVerified: true)),
      ([(made, .unknown)], .found(made, isVerified: false)),
      ([(made, .unknown), (plain, .unknown)], .ambiguous(made, plain)),
      ([(made, .present), (plain, .present)], .ambiguous(made, plain)),
      ([(made, .present), (plain, .unknown)], .ambiguous(made, plain)),
    ] as [([(Account, AccountPermission)], AccountDecision)]
  )
  func `an account is used when PeerID has authority over it`(
    existing: [(Account, AccountPermission)],
    decision: AccountDecision
  ) {
    #expect(existing.reduce(AccountDecision.none) { $0.adding($1.0, $1.1) } == decision)
  }

  @Test(arguments: [
    ("pidabcdefg", true), ("pidABCDEFG", true), ("pidabcdef", false), ("pidabcdefgh", false), ("pid1234567", false),
    ("abcdefghij", false), ("", false),
  ])
  func `a PeerID permission is recognized by its name`(name: String, isOne: Bool) {
    #expect(AccountPermission.isNamedByPeerID(name) == isOne)
  }

  @Test func `the user and the account are stored with the tokens`() throws {
    let plain = Token(accessToken: Bytes("a"), refreshToken: Bytes("r"), scope: nil, expiresAtMilliseconds: nil)
    #expect(!plain.exportedJSON().text.contains("account"))
    let token = plain.identified {
      $0.user = "alice"
      $0.account = Self.made
    }
    let text = token.exportedJSON()
    let read = try text.withBytes(TokenReader.read).get()
    #expect(read.user == "alice" && read.account == Self.made)
    let stored = try StoredSessionFormat.read(StoredSessionFormat.write(token, key: "k"), key: "k")
    #expect(stored.user == "alice" && stored.account == Self.made)
    let renewed = plain.renewing(token, atMilliseconds: 1, generation: 2)
    #expect(renewed.account == Self.made)
  }

  @Test func `a token object of the server contains no account`() throws {
    let json = #"{"token":"a","user":"alice","account_id":"1.2.3","account_name":"pi-mallory"}"#
    let read = try Bytes(json).withBytes(TokenReader.read).get()
    #expect(read.user == nil && read.account == nil)
  }
}
