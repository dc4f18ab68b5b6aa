import Testing

@testable import PeerID

@Suite struct TextTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00.000Z", Int64?.some(0)),
    ("2026-03-01T12:30:15.123Z", 1_772_368_215_123),
    ("2000-02-29T23:59:59Z", 951_868_799_000),
    ("2026-13-01T00:00:00Z", nil),
    ("2026-01-01 00:00:00Z", nil),
    ("2026-01-01T00:00:00+01:00", nil),
    ("yesterday", nil),
    ("", nil),
  ])
  func `ISO 8601 is read`(text: String, expected: Int64?) {
    #expect(Bytes(text).withBytes(Timestamp.fromISO8601) == expected)
  }

  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", Int64?.some(784_111_777_000)),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
    ("", nil),
  ])
  func `the date of a header is read`(text: String, expected: Int64?) {
    #expect(Bytes(text).withBytes(Timestamp.fromHTTPDate) == expected)
  }

  @Test func `percent-encoding goes there and back`() {
    let text = "a b&c=d/é😀%+"
    let encoded = PercentEncoding.encode(text)
    #expect(encoded == "a%20b%26c%3Dd%2F%C3%A9%F0%9F%98%80%25%2B")
    #expect(PercentEncoding.decode(encoded.utf8) == text)
    #expect(PercentEncoding.decode("a+b".utf8) == "a b")
    for broken in ["%", "%4", "%zz", "%ff"] { #expect(PercentEncoding.decode(broken.utf8) == nil) }
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ])
  func `SHA-256 gives the digests of the standard`(text: String, digest: String) {
    #expect(SHA256.hexDigest(text) == digest)
  }

  @Test func `states are long and never the same`() throws {
    let states = try (0..<100).map { _ in try RandomText.urlSafe() }
    #expect(Set(states).count == 100)
    #expect(states.allSatisfy { $0.utf8.count == 32 })
  }

  @Test func `secrets are compared to their ends`() {
    #expect(ConstantTime.areEqual("abc", "abc"))
    #expect(!ConstantTime.areEqual("abc", "abd"))
    #expect(!ConstantTime.areEqual("abc", "abcd"))
    #expect(ConstantTime.areEqual("", ""))
  }
}
