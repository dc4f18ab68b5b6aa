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
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799_000),
    (" Nov  6 0880499999999", nil),
    ("Sun, 06 Nov 292277026 08:49:37 GMT", nil),
    ("soon", nil),
    ("", nil),
  ])
  func `the date of a header is read`(text: String, expected: Int64?) {
    #expect(Bytes(text).withBytes(HTTPDate.milliseconds) == expected)
  }

  @Test(arguments: [
    ("2", Int64(2000)), (" 7", 7000), ("0", 0), ("86400", 86_400_000), ("86401", 86_400_000),
    ("99999999999999999999999999", 86_400_000), ("", 0), ("-5", 0), ("1.5", 0), ("soon", 0), ("5 seconds", 0),
    ("Sun, 06 Nov 1994 08:49:40 GMT", 3000), ("Sun, 06 Nov 1994 08:49:30 GMT", 0),
    ("Sat, 06 Nov 2094 08:49:40 GMT", 86_400_000), (" Nov  6 0880499999999", 0),
  ])
  func `the wait that a server asks for is capped, and never an error`(text: String, wait: Int64) {
    let now: Int64 = 784_111_777_000
    #expect(Bytes(text).withBytes { RetryAfter.milliseconds($0, nowMilliseconds: now) } == wait)
  }

  @Test func `percent-encoded text is decoded to the same text`() {
    let text = "a b&c=d/é😀%+"
    let encoded = PercentEncoding.encode(text)
    #expect(encoded == "a%20b%26c%3Dd%2F%C3%A9%F0%9F%98%80%25%2B")
    #expect(PercentEncoding.decode(encoded.utf8) == text)
    #expect(PercentEncoding.decode("a+b".utf8) == "a b")
    for broken in ["%", "%4", "%zz", "%ff"] { #expect(PercentEncoding.decode(broken.utf8) == nil) }
  }

  @Test(arguments: [
    // The standard's test messages, and lengths whose padding needs one more block.
    ("a", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("a", 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    ("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    ("a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
    ("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ("a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"),
    ("a", 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
    ("a", 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"),
    ("a", 128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `SHA-256 returns the digests of the standard`(part: String, times: Int, digest: String) {
    #expect(SHA256.hexDigest(String(repeating: part, count: times)) == digest)
  }

  @Test func `state parameters are long and unique`() throws {
    let states = try (0..<100).map { _ in try RandomText.urlSafe() }
    #expect(Set(states).count == 100)
    #expect(states.allSatisfy { $0.utf8.count == 32 })
  }

  @Test(arguments: ["", "a", "ab", "xbc", "axc", "abx", "Abc", "abcd", "abb"])
  func `secrets are compared byte by byte`(other: String) {
    #expect(!ConstantTime.areEqual("abc", other))
    #expect(!ConstantTime.areEqual(other, "abc"))
    #expect(ConstantTime.areEqual(other, other))
  }
}
