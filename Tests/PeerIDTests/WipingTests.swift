import Glibc
import Testing

@testable import PeerID

/// Secrets are overwritten before their memory is freed.
@Suite struct WipingTests {
  /// The memory of this process, including freed memory.
  private final class Memory {
    private let file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
    private var buffer = [UInt8](repeating: 0, count: 8192)

    deinit { close(file) }

    /// Whether the memory at an address still ends as `text` does; the allocator overwrites the first bytes of freed
    /// memory. Allocates nothing, because the allocation could reuse the memory.
    func holds(_ text: [UInt8], at address: UInt) -> Bool {
      guard pread(file, &buffer, text.count, off_t(address)) == text.count else { return false }
      return buffer[text.count / 2..<text.count].elementsEqual(text[(text.count / 2)...])
    }
  }

  /// How many of eight secrets are still in the memory that held them. `make` returns an object with a copy of the
  /// secret, and the address of the copy. Another thread may reuse the memory, but never writes a secret there.
  private func left(_ make: (String) throws -> (object: AnyObject?, address: UInt)) rethrows -> Int {
    let memory = Memory()
    var count = 0
    for index in 0..<8 {
      let secret = "\(index)" + String(repeating: "s3cret", count: 40)
      let text = Array(secret.utf8)
      let address = try { try make(secret).address }()
      if memory.holds(text, at: address) { count += 1 }
    }
    return count
  }

  private func address(_ bytes: Bytes) -> UInt { UInt(bitPattern: bytes.address) }

  @Test func `secrets are wiped, and the test detects when they are not`() {
    #expect(
      left { secret in
        let bytes = Bytes(secret, wipes: true)
        return (bytes, address(bytes))
      } == 0
    )
    #expect(
      left { secret in
        let bytes = Bytes(secret)
        return (bytes, address(bytes))
      } > 0
    )
  }

  @Test func `a password, a mobile number and a client secret are wiped`() throws {
    #expect(
      try left { secret in
        let password = try #require(Credentials(login: "alice", password: secret).password)
        return (password, address(password))
      } == 0
    )
    #expect(
      try left { secret in
        let mobile = try #require(Credentials(login: "alice", mobile: secret).mobile)
        return (mobile, address(mobile))
      } == 0
    )
    #expect(
      try left { secret in
        let configuration = try Configuration(baseURL: "https://x", clientID: "4", clientSecret: secret)
        let kept = try #require(configuration.clientSecret)
        return (kept, address(kept))
      } == 0
    )
  }

  @Test(arguments: ["token", "refresh_token"])
  func `tokens that are read are wiped`(name: String) throws {
    #expect(
      try left { secret in
        let other = name == "token" ? "refresh_token" : "token"
        let json = Bytes("{\"\(name)\":\"\(secret)\",\"\(other)\":\"x\"}")
        let token = try json.withBytes { text in try TokenReader.read(text).get() }
        let bytes = name == "token" ? token.accessTokenBytes : try #require(token.refreshTokenBytes)
        return (bytes, address(bytes))
      } == 0
    )
  }

  @Test func `the serialized form of a token is wiped`() throws {
    #expect(
      left { secret in
        let token = Token(accessToken: Bytes(secret), refreshToken: nil, scope: nil, expiresAtMilliseconds: nil)
        let text = token.exportedJSON()
        let start = text.index(of: "s3crets3cret").map { $0 - 1 } ?? 0
        return (text, address(text) + UInt(start))
      } == 0
    )
  }

  @Test func `the buffer of an answer is wiped when it has held tokens, and when it grows`() {
    let secret = Array(String(repeating: "s3cret", count: 600).utf8)
    let memory = Memory()
    var buffer = ResponseBuffer()
    #expect(Self.append(secret, to: &buffer))
    // A small buffer keeps its memory.
    let kept = UnsafeRawBufferPointer(rebasing: buffer.body[...])
    buffer.reset(wiping: false)
    #expect(kept.elementsEqual(secret) && buffer.body.isEmpty)
    #expect(Self.append(secret, to: &buffer))
    let first = UInt(bitPattern: buffer.body.baseAddress)
    #expect(memory.holds(secret, at: first))
    #expect(Self.append(secret, to: &buffer))
    #expect(!memory.holds(secret, at: first))
    #expect(buffer.body.elementsEqual(secret + secret))
    let grown = UnsafeRawBufferPointer(rebasing: buffer.body[...])
    buffer.reset(wiping: true)
    #expect(grown.allSatisfy { $0 == 0 })
  }

  @Test func `the buffer of an answer grows once, to the expected length`() {
    let part = [UInt8](repeating: 0x20, count: 5000)
    var buffer = ResponseBuffer()
    var address: UnsafeRawPointer?
    for count in 1...20 {
      #expect(part.withUnsafeBytes { buffer.append($0.baseAddress!, count: 5000, expected: 100_000) })
      if count == 1 { address = buffer.body.baseAddress }
      #expect(buffer.body.count == count * 5000 && buffer.body.baseAddress == address)
    }
  }

  private static func append(_ bytes: [UInt8], to buffer: inout ResponseBuffer) -> Bool {
    bytes.withUnsafeBytes { $0.baseAddress.map { buffer.append($0, count: bytes.count) } ?? false }
  }
}
