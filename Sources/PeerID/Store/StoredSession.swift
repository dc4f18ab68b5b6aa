/// A session in the form that a store keeps: data that only this library reads, and a generation, which shows whether
/// the session was changed since it was loaded.
public struct StoredSession: Sendable {
  let bytes: Bytes
  /// The generation of the stored pair of tokens. The generation grows with each new pair of tokens, and stays the same
  /// if only the user's identity changes.
  public let generation: UInt64

  /// The text to store. A secret: it contains the tokens.
  public var data: String { bytes.text }

  /// Creates a stored session from what a store has loaded.
  ///
  /// - Parameters:
  ///   - data: the text that was passed to `save`, unchanged.
  ///   - generation: the generation that was passed with it.
  public init(data: String, generation: UInt64) {
    self.init(bytes: Bytes(data, wipes: true), generation: generation)
  }

  package init(bytes: Bytes, generation: UInt64) {
    self.bytes = bytes
    self.generation = generation
  }

  /// The text as a C string, valid while this value exists.
  package var dataBytes: Bytes { bytes }
}

/// The text that a store keeps for a session: JSON whose last member is a checksum of everything before it.
enum StoredSessionFormat {
  /// The version of the format. The version grows when older versions of the library cannot read the text.
  private static let version: Int64 = 2

  static func write(_ token: Token, key: String) -> StoredSession {
    let text = JSONLiteral.object([
      ("format", .string("libpeerid session")),
      ("version", .integer(version)),
      ("key", .string(key)),
      ("token", TokenWriter.json(token)),
    ]).text(wipes: true)
    return StoredSession(bytes: Checksum.append(to: text), generation: token.generation)
  }

  /// Parses the text that a store has loaded. Fails if the text is damaged, comes from another program, or has a newer
  /// format: such text must never be overwritten silently.
  static func read(_ stored: StoredSession, key: String) throws(PeerIDError) -> Token {
    let (token, storedKey) = try read(stored.bytes)
    guard StoreKey(storedKey) == StoreKey(key) else { throw damaged("it belongs to another key") }
    return token.asGeneration(stored.generation)
  }

  /// Reads the token in the text, and the key for which the text was written.
  static func read(_ text: Bytes) throws(PeerIDError) -> (token: Token, key: String) {
    let parts: Parts
    do throws(JSONSyntaxError) {
      parts = try text.withBytes { (text) throws(JSONSyntaxError) in try Parts(text) }
    } catch {
      throw damaged("it is not complete JSON")
    }
    guard parts.isOurs, let version = parts.version else { throw damaged("it was not written by this library") }
    guard version == Self.version else {
      throw damaged("its format \(version) is not the one that this version reads (\(Self.version))")
    }
    guard Checksum.isValid(text) else { throw damaged("its checksum does not match, so it was changed or damaged") }
    guard let key = parts.key, let token = parts.token else { throw damaged("a part is missing") }
    switch token.token() {
    case .success(let token): return (token, key)
    case .failure(let malformed): throw damaged("its token \(malformed.reason)")
    }
  }

  /// The members of the text, read without copying its tokens: see `TokenReader`.
  private struct Parts {
    private(set) var isOurs = false
    private(set) var version: Int64?
    private(set) var key: String?
    private(set) var token: TokenReader?

    private typealias Fault = JSONScanner.Fault

    init(_ text: UnsafeRawBufferPointer) throws(JSONSyntaxError) {
      var parts = Self.nothing
      try JSONScanner.read(text) { (scanner) throws(Fault) in
        guard scanner.next == UInt8(ascii: "{") else { return try scanner.skipValue() }
        try scanner.members { (scanner, key) throws(Fault) in try parts.read(&scanner, key) }
      }
      self = parts
    }

    private init() {}
    private static let nothing = Parts()

    private mutating func read(_ scanner: inout JSONScanner, _ name: JSONScanner.Text) throws(Fault) {
      let isText = scanner.next == UInt8(ascii: "\"")
      switch true {
      case scanner.matches(name, "format") where isText:
        isOurs = scanner.matches(try scanner.string(), "libpeerid session")
      case scanner.matches(name, "version") where 0x30...0x39 ~= scanner.next:
        version = try scanner.number().integer
      case scanner.matches(name, "key") where isText: key = scanner.copy(of: try scanner.string()).text
      case scanner.matches(name, "token"):
        var reader = TokenReader()
        try reader.read(&scanner)
        token = reader
      default: try scanner.skipValue()
      }
    }
  }

  /// The last member of the text: `,"sha256":"<64 digits>"}`.
  private enum Checksum {
    private static let head: StaticString = ",\"sha256\":\""
    private static let tail: StaticString = "\"}"
    private static let count = head.utf8CodeUnitCount + 64 + tail.utf8CodeUnitCount

    /// Appends the checksum to an object that has other members.
    static func append(to text: Bytes) -> Bytes {
      let body = UnsafeRawBufferPointer(rebasing: text.raw.dropLast())
      let member = member(for: body)
      return Bytes(capacity: body.count + count, wipes: true) { target in
        let raw = UnsafeMutableRawBufferPointer(target)
        raw.copyMemory(from: body)
        UnsafeMutableRawBufferPointer(rebasing: raw[body.count...]).copyBytes(from: member)
        return body.count + count
      }
    }

    static func isValid(_ text: Bytes) -> Bool {
      guard text.count > count else { return false }
      let body = UnsafeRawBufferPointer(rebasing: text.raw.dropLast(count))
      let given = UnsafeRawBufferPointer(rebasing: text.raw.suffix(count))
      return member(for: body).withUnsafeBytes { given.isSame(as: $0) }
    }

    private static func member(for body: UnsafeRawBufferPointer) -> [UInt8] {
      Array("\(head)\(SHA256.hexDigest(body))\(tail)".utf8)
    }
  }

  private static func damaged(_ why: String) -> PeerIDError {
    PeerIDError(
      .store,
      "the stored session cannot be used: \(why). It is left as it is; move it away and log the user in again"
    )
  }
}
